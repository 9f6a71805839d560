"""The twelve tips of the invented district. Every shop, person and number is made up."""

# ruff: noqa: E501 - prose in Chinese counts two columns a character

from __future__ import annotations

from workers.demo.figures import (
    GREEN,
    GREY,
    by_the_bicycles,
    down_the_corridor,
    in_the_room,
    passers_by,
    to_the_till,
)
from workers.demo.terms import File, Sent, When

HANGHAI, NANBEI = "hanghai-lu", "nanbei-jie"
DVR, PHONE = "ch{channel}_{{:%Y%m%d_%H%M%S}}.mp4", "VID_{:%Y%m%d_%H%M%S}.mp4"
PHOTO, WECHAT = "IMG_{:%Y%m%d_%H%M%S}.jpg", "微信视频_{:%Y%m%d%H%M%S}.mp4"


def _dvr(channel: int) -> str:
    return DVR.format(channel=f"{channel:02}")


ROOMS = (
    Sent(
        key="room-1",
        when=When(9, "20:41"),
        happened=When(9, "20:12"),
        lasted_min=12,
        category="theft",
        text="晚上八点多，一个四十岁左右的男子进店，说单位要订一桌十二人的包间，让服务员带他上二楼看。看完他说要给领导"
        "打电话，叫服务员先下去拿菜单。等服务员再上来人已经走了，随后发现吧台抽屉里的营业款三千二百元不见了。男子戴深色"
        "鸭舌帽，穿深蓝色夹克，本地口音。",
        place="湘满楼（航海路126号）",
        beat=HANGHAI,
        position=(34.7216, 113.6702),
        contact="王老板 138-0000-0126",
        files=(
            File(_dvr(2), "counter", When(9, "20:21"), 12, camera="CAM 02", figures=to_the_till(3)),
            File(_dvr(5), "dining", When(9, "20:13"), 12, camera="CAM 05", figures=in_the_room(1.5)),
        ),
    ),
    Sent(
        key="room-2",
        when=When(7, "12:15"),
        happened=When(7, "11:38"),
        lasted_min=8,
        category="theft",
        text="中午饭点，一名男子说替单位看包间，要最大的那间。服务员去拿菜单的两分钟里，他把备餐柜上的手机和椅背上的包拿走了。"
        "说话很客气，像是常来的客人，我们都没有防备。",
        place="蜀味小院（南北街58号）",
        beat=NANBEI,
        position=(34.7295, 113.6588),
        contact="136-0000-5801",
        files=(File(_dvr(3), "dining", When(7, "11:40"), 13, camera="CAM 03", figures=in_the_room(2)),),
    ),
    Sent(
        key="room-3",
        when=When(5, "20:05"),
        happened=When(5, "18:51"),
        lasted_min=15,
        category="theft",
        text="傍晚来了一个人，说周末单位聚餐要订两个包间，先看环境。看包间时把服务员支开了两次。他走后我放在包间衣柜里的"
        "挎包不见了，里面有现金两千多和银行卡，卡已经挂失。",
        place="老码头鱼庄（航海路311号）",
        beat=HANGHAI,
        position=(34.7221, 113.6745),
        contact="孙女士 135-0000-0311",
        clock_offset_s=240,
        files=(
            File(
                _dvr(1),
                "corridor",
                When(5, "18:55"),
                11,
                camera="CAM 01",
                ahead_s=240,
                figures=[*down_the_corridor(2), *down_the_corridor(8, GREEN)],
            ),
            File(PHOTO, "dining", When(5, "19:40"), size=(1600, 1200), position=(34.7221, 113.6745)),
        ),
    ),
    Sent(
        key="room-4",
        when=When(3, "19:25"),
        happened=When(3, "18:20"),
        lasted_min=10,
        category="theft",
        text="看到所里发的提醒才反应过来：今天下午六点多也有人来我店里看包间，戴鸭舌帽、深蓝夹克，让服务员去问能不能自带酒水，"
        "自己留在包间里。少了一部平板电脑。录像里他出门往地铁口方向走了。",
        place="江南小厨（航海路204号二楼）",
        beat=HANGHAI,
        position=(34.7213, 113.6719),
        contact="赵经理 150-0000-0204",
        files=(
            File(_dvr(6), "dining", When(3, "18:22"), 12, camera="CAM 06", figures=in_the_room(1)),
            File(WECHAT, "corridor", When(3, "18:31"), 8, figures=down_the_corridor(1.5, bag=True)),
            # The same moments as by CAM 06, by a recorder that is slow.
            File(
                _dvr(7),
                "corridor",
                When(3, "18:22", 0.07),
                11,
                camera="CAM 07",
                ahead_s=-95,
                figures=down_the_corridor(3.5, bag=True),
            ),
        ),
    ),
)

NIGHT_SHOPS = (
    Sent(
        key="shop-1",
        when=When(8, "07:35"),
        happened=When(8, "02:51"),
        lasted_min=5,
        category="theft",
        text="早上开门发现玻璃门被砸，收银台的零钱和货架上两条香烟没了。录像显示凌晨两点五十左右有人进来，前后不到五分钟。"
        "录像机的时间大概快三分钟。",
        place="好邻便利店（航海路88号）",
        beat=HANGHAI,
        position=(34.7209, 113.6677),
        contact="店长 李女士 139-0000-0088",
        clock_offset_s=180,
        files=(
            File(
                _dvr(1),
                "counter",
                When(8, "02:51"),
                14,
                night=True,
                ahead_s=180,
                figures=to_the_till(4, GREY),
            ),
            File(PHOTO, "door", When(8, "07:21"), size=(1600, 1200), position=(34.7209, 113.6677)),
        ),
    ),
    Sent(
        key="shop-2",
        when=When(6, "09:05"),
        happened=When(8, "02:44"),
        category="footage",
        text="我在好邻便利店对面做早餐，前天凌晨备料时门口的摄像头正好对着路。两点四十多有个人在车棚那边站了很久，"
        "后来往便利店方向走，可能对你们有用。",
        place="航海路91号门前",
        beat=HANGHAI,
        position=(34.7207, 113.6675),
        anonymous=True,
        files=(
            File(
                PHONE, "street", When(8, "02:44"), 11, camera="DOOR", night=True, figures=by_the_bicycles(1.5)
            ),
        ),
    ),
    Sent(
        key="pharmacy",
        when=When(4, "23:30"),
        happened=When(4, "22:47"),
        category="theft",
        text="关门前有个人来买药，趁我到里间拿货，从收银台抽屉里拿走了几百块钱。人瘦高，戴帽子，出门向西跑了。",
        place="康健药房（南北街17号）",
        beat=NANBEI,
        position=(34.7311, 113.6579),
        contact="151-0000-0017",
        files=(
            File(_dvr(2), "counter", When(4, "22:47"), 11, camera="CAM 02", figures=to_the_till(2, GREEN)),
        ),
    ),
)

BICYCLES = (
    Sent(
        key="battery-1",
        when=When(8, "18:20"),
        happened=When(8, "16:05"),
        lasted_min=10,
        category="theft",
        text="下午四点把电动车停在菜市场东门，六点取车发现电瓶被撬走了。旁边杂货店的监控拍到一个穿灰上衣的人在车旁边停了一会儿。",
        place="南北街菜市场东门",
        beat=NANBEI,
        position=(34.7302, 113.6581),
        contact="137-0000-3055",
        files=(File(_dvr(4), "street", When(8, "16:05"), 11, camera="GATE E", figures=by_the_bicycles(1)),),
    ),
    Sent(
        key="battery-2",
        when=When(2, "08:10"),
        happened=When(2, "06:40"),
        category="theft",
        text="替邻居再报一次：上周菜市场东门电瓶被偷的事，我家也有一张那天的照片，一起发给你们。"
        "市场的录像还没拷出来，管理员说再过几天就覆盖了。",
        place="南北街菜市场东门",
        beat=NANBEI,
        anonymous=True,
        overwrites_in_days=5,
        files=(File(PHOTO, "street", When(8, "16:20"), size=(1280, 960)),),
    ),
)

OTHERS = (
    Sent(
        key="recognised",
        when=When(4, "15:10"),
        happened=When(4, "14:30"),
        category="recognised",
        text="通告里戴鸭舌帽的人，很像经常在地铁口摆摊卖手机壳的那个，每天下午都在。",
        place="航海路地铁站B口",
        beat=HANGHAI,
        anonymous=True,
    ),
    Sent(
        key="alley",
        when=When(1, "22:48"),
        happened=When(1, "21:32"),
        lasted_min=40,
        category="footage",
        text="最近几个晚上总有两个人在楼下车棚来回走，挨个看车。昨晚拍到一段，先发给你们备着。",
        place="南北街36号院车棚",
        beat=NANBEI,
        position=(34.7298, 113.6592),
        contact="152-0000-0036",
        files=(File(PHONE, "street", When(1, "21:32"), 12, night=True, figures=passers_by(1.5)),),
    ),
    Sent(
        key="tea",
        when=When(minutes=47),
        happened=When(minutes=96),
        category="theft",
        text="刚才盘点发现收银台少了一千五。调录像看到一个小时前有人趁我接电话走到柜台里面。另一个摄像头的文件打不开，也一起传上来。",
        place="清源茶庄（航海路159号）",
        beat=HANGHAI,
        position=(34.7218, 113.6708),
        contact="何女士 158-0000-0159",
        files=(
            File(_dvr(1), "counter", When(minutes=96), 12, camera="CAM 01", figures=to_the_till(2.5)),
            File(_dvr(2), "corridor", When(minutes=95), 6, figures=down_the_corridor(1), broken=True),
        ),
    ),
)

SENT = (*ROOMS, *NIGHT_SHOPS, *BICYCLES, *OTHERS)
