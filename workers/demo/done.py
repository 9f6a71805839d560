"""What the desk did with the twelve tips: acknowledged, asked, opened cases, linked with reasons."""

# ruff: noqa: E501 - prose in Chinese counts two columns a character

from __future__ import annotations

from workers.demo.people import CHEN, SUN, ZHOU
from workers.demo.terms import Act, When

SERIES, SHOPS, BATTERIES = "series", "shops", "batteries"
CASES = {
    SERIES: (
        "借订包间之名行窃系列案",
        "嫌疑人以单位聚餐订包间为由进店，支开服务员后拿走现金、手机、挎包。作案时间集中在饭点前后，离店后多往地铁口方向。",
    ),
    SHOPS: ("航海路便利店夜间盗窃案", "凌晨砸玻璃门进店，取走零钱和香烟，前后不到五分钟。"),
    BATTERIES: ("南北街电动车电瓶被盗案", "菜市场东门白天撬电瓶，车主停车两小时内被盗。"),
}

# fmt: off
ACTS = (
    # 湘满楼, in time
    Act(When(9, "20:42"), CHEN, "acknowledge", tip="room-1"),
    Act(When(9, "20:50"), CHEN, "assign", tip="room-1", more=CHEN),
    Act(When(9, "21:05"), CHEN, "note", tip="room-1", text="吧台画面能看清帽子和夹克，正面不清楚。调二楼走廊和门口录像。"),
    Act(When(9, "21:20"), CHEN, "progress", tip="room-1", text="您好，录像已收到并封存。请不要清洗或移动吧台抽屉，明天上午我们到店。"),
    # 好邻便利店, late
    Act(When(8, "07:44"), CHEN, "acknowledge", tip="shop-1"),
    Act(When(8, "08:10"), CHEN, "assign", tip="shop-1", more=CHEN),
    Act(When(8, "10:30"), CHEN, "open", case=SHOPS),
    Act(When(8, "10:32"), CHEN, "link", tip="shop-1", case=SHOPS, text="本案现场录像，画面时钟比实际快三分钟，已按报案人说明校准。"),
    # 菜市场东门
    Act(When(8, "18:21"), ZHOU, "acknowledge", tip="battery-1"),
    Act(When(8, "19:02"), ZHOU, "open", case=BATTERIES),
    Act(When(8, "19:04"), ZHOU, "link", tip="battery-1", case=BATTERIES, text="录像拍到嫌疑人在被盗车辆旁停留，时间与车主说法吻合。"),
    # 蜀味小院
    Act(When(7, "12:16"), CHEN, "acknowledge", tip="room-2"),
    Act(When(7, "12:30"), CHEN, "assign", tip="room-2", more=CHEN),
    Act(When(7, "12:41"), CHEN, "question", tip="room-2", text="请问他离开时往哪个方向走？有没有坐车？"),
    Act(When(7, "13:20"), "reporter", "answer", tip="room-2", text="出门右转往地铁口走的，没有坐车。走路不快，还回头看了一眼。"),
    # 两起并为系列
    Act(When(6, "10:15"), CHEN, "open", case=SERIES),
    Act(When(6, "10:17"), CHEN, "link", tip="room-1", case=SERIES, text="首起：以订包间为由支开服务员，二楼包间录像完整。"),
    Act(When(6, "10:21"), CHEN, "link", tip="room-2", case=SERIES, text="手法一致：看包间、支开服务员后拿走备餐柜上的财物；帽子、夹克与首起相同。"),
    # 对面早餐店
    Act(When(6, "09:06"), ZHOU, "acknowledge", tip="shop-2"),
    Act(When(6, "11:00"), CHEN, "link", tip="shop-2", case=SHOPS, text="案发前七分钟，同一路段，灰上衣男子由车棚走向便利店。"),
    # 老码头鱼庄
    Act(When(5, "20:06"), ZHOU, "acknowledge", tip="room-3"),
    Act(When(5, "20:20"), ZHOU, "assign", tip="room-3", more=CHEN),
    Act(When(5, "20:31"), CHEN, "question", tip="room-3", text="他订包间时有没有留电话或加微信？前台的预订本能拍一张照片吗？"),
    Act(When(5, "21:02"), "reporter", "answer", tip="room-3", text="留了一个号码，打过去是空号。预订本明天拍给你们。"),
    Act(When(5, "21:15"), CHEN, "link", tip="room-3", case=SERIES, text="同样两次支开服务员；走廊录像里的衣着、挎包与前两起相符，画面快四分钟。"),
    # 地铁口摆摊的人: 查否
    Act(When(4, "15:11"), CHEN, "acknowledge", tip="recognised"),
    Act(When(3, "10:40"), CHEN, "message", tip="recognised", text="感谢提供线索，我们核实过了，不是同一个人。"),
    Act(When(3, "10:41"), CHEN, "closed", tip="recognised", text="案发时间该人在摊位，有支付记录证明。"),
    # 康健药房: 等回复
    Act(When(4, "23:31"), CHEN, "acknowledge", tip="pharmacy"),
    Act(When(4, "23:44"), CHEN, "assign", tip="pharmacy", more=CHEN),
    Act(When(3, "09:12"), CHEN, "question", tip="pharmacy", text="门口朝西的摄像头有没有拍到他离开？如果有，请把十点四十到十一点的录像传上来。"),
    # 江南小厨, late
    Act(When(3, "19:36"), CHEN, "acknowledge", tip="room-4"),
    Act(When(3, "19:40"), CHEN, "assign", tip="room-4", more=CHEN),
    Act(When(3, "20:05"), CHEN, "link", tip="room-4", case=SERIES, text="报案人看到提醒后主动提供；衣着、支开服务员的话术、离店方向与前三起一致。"),
    Act(When(3, "20:12"), ZHOU, "note", tip="room-4", text="四起均在航海路地铁站八百米内，建议调 B 口沿线公共视频。"),
    # 钟: file and camera; the two readings are what the drawn clock shows and the true time
    Act(When(6, "10:40"), SUN, "clock", tip="room-1", more="0:湘满楼 吧台"),
    Act(When(6, "10:41"), SUN, "clock", tip="room-1", more="1:湘满楼 二楼包间"),
    Act(When(6, "10:44"), SUN, "clock", tip="room-2", more="0:蜀味小院 包间"),
    Act(When(5, "21:30"), SUN, "clock", tip="room-3", more="0:鱼庄 二楼走廊"),
    Act(When(3, "20:08"), SUN, "clock", tip="room-4", more="0:江南小厨 包间"),
    Act(When(3, "20:09"), SUN, "clock", tip="room-4", more="2:江南小厨 走廊"),
    Act(When(6, "11:05"), CHEN, "clock", tip="shop-1", more="0:好邻便利店 收银台"),
    Act(When(6, "11:06"), CHEN, "clock", tip="shop-2", more="0:早餐店 门口"),
    # 谁来办, 办什么: whom and in how many days
    Act(When(6, "10:30"), CHEN, "assist", case=SERIES, more=SUN),
    Act(When(6, "10:31"), CHEN, "assist", case=SERIES, more=ZHOU),
    Act(When(8, "19:06"), ZHOU, "assist", case=BATTERIES, more=SUN),
    Act(When(6, "10:50"), CHEN, "task", case=SERIES, text="湘满楼二楼走廊、门口录像拷回", more=f"{SUN}:-4"),
    Act(When(4, "16:30"), SUN, "finish", case=SERIES, text="湘满楼二楼走廊、门口录像拷回"),
    Act(When(5, "21:20"), CHEN, "task", case=SERIES, text="老码头鱼庄预订本拍照，核对空号", more=f"{SUN}:-1"),
    Act(When(3, "20:40"), CHEN, "task", case=SERIES, text="地铁B口沿线公共视频，18:20—18:50", more=f"{SUN}:1"),
    Act(When(3, "20:41"), CHEN, "task", case=SERIES, text="四家店服务员辨认衣帽、挎包照片", more=f"{CHEN}:3"),
    Act(When(3, "20:43"), CHEN, "task", case=SERIES, text="提醒商圈餐饮店：订包间先留真实电话"),
    Act(When(8, "10:40"), CHEN, "task", case=SHOPS, text="玻璃门、收银台提取痕迹", more=f"{CHEN}:-7"),
    Act(When(7, "17:10"), CHEN, "finish", case=SHOPS, text="玻璃门、收银台提取痕迹"),
    Act(When(6, "11:10"), CHEN, "task", case=SHOPS, text="沿航海路向东再找两家夜间有录像的店", more=f"{CHEN}:2"),
    Act(When(8, "19:10"), ZHOU, "task", case=BATTERIES, text="走访市场东门修车摊和旧电瓶回收点", more=f"{SUN}:0"),
    # 什么人, 什么车, 什么物
    Act(When(6, "10:25"), CHEN, "describe", case=SERIES, text="四十岁左右，深色鸭舌帽，深蓝色夹克，本地口音。", more="person:戴鸭舌帽的男子"),
    Act(When(3, "20:22"), CHEN, "describe", case=SERIES, text="黑色单肩挎包，离店时带走，包带较长。", more="object:黑色挎包"),
    Act(When(6, "11:12"), CHEN, "describe", case=SHOPS, text="灰色上衣，案发前在车棚一带停留，未见正脸。", more="person:灰上衣男子"),
    Act(When(8, "19:08"), ZHOU, "describe", case=BATTERIES, text="被撬车辆：黑色两轮电动车，后座有儿童座椅。", more="vehicle:黑色电动车"),
    # 系列案的轨迹: file and second
    Act(When(3, "20:24"), CHEN, "sight", tip="room-1", case=SERIES, text="进包间，服务员被支开去拿菜单。", more="1@4.0"),
    Act(When(3, "20:25"), CHEN, "sight", tip="room-2", case=SERIES, text="站在备餐柜旁，等服务员离开。", more="0@4.5"),
    Act(When(3, "20:27"), CHEN, "sight", tip="room-3", case=SERIES, text="二楼走廊，挎包还在身上。", more="0@4.0"),
    Act(When(3, "20:29"), CHEN, "sight", tip="room-4", case=SERIES, text="包间内，同款帽子和夹克。", more="0@3.5"),
    Act(When(3, "20:30"), CHEN, "sight", tip="room-4", case=SERIES, text="离店，手里多了一个包。", more="2@6.5"),
    # 重复
    Act(When(2, "08:12"), ZHOU, "acknowledge", tip="battery-2"),
    Act(When(2, "08:30"), ZHOU, "duplicate", tip="battery-2", more="battery-1", text="与菜市场东门电瓶被盗为同一起，照片已并案查看。"),
    # 车棚
    Act(When(1, "22:49"), CHEN, "acknowledge", tip="alley", text="已联系南北街片警，正在处理"),
    Act(When(1, "22:58"), CHEN, "assign", tip="alley", more=CHEN),
)
# fmt: on
