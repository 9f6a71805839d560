"""Why a notice did not get through: a code and its sentence, for whoever owns the channel.

`FOR_GOOD` will not go away by waiting: somebody has to change something first.
"""

# ruff: noqa: E501 - the table has one row an entry, however long its sentence is
from __future__ import annotations

from tipline.errors import N_

# fmt: off
FAULTS: dict[str, str] = {
    "notice:key-refused": N_("The other side does not know this robot. It was removed, or its address was not copied whole: copy it once more in the group and add it anew."),
    "notice:robot-rule": N_("The robot refused the text by a rule of its own. In its settings add T- and Tipline as keywords or allow this server's address; of signatures only the secret of DingTalk can be entered here."),
    "notice:too-often": N_("The other side asks for fewer messages. The next try waits; what comes in the meantime is put together."),
    "notice:server-fault": N_("The other side reports a fault of its own. Notices are tried again by themselves, a trial is not."),
    "notice:refused": N_("The other side refused the message. Check the address."),
    "notice:redirected": N_("The address leads on to another one, which is not followed. Enter the address it leads to."),
    "notice:hung": N_("The other side took too long to answer. Notices are tried again by themselves, a trial is not."),
    "notice:unreachable": N_("The other side cannot be reached: the name is unknown, or nobody answers there. Check the address and this server's way out."),
    "notice:garbled": N_("The other side answered something that is no answer of such a robot. Check the address."),
    "notice:inside": N_("The address lies in a private network. An operator can open it: TIPLINE_NOTICE_NETWORKS."),
    "notice:address-unclear": N_("The address cannot be used. Remove the channel and add it anew."),
    "notice:mail-refused": N_("The mail server refused: check name, password, sender and receiver."),
    "notice:unset": N_("The station no longer has a server for this. An operator sets it."),
    "notice:paused": N_("Not tried any more: the channel failed too often in a row."),
    "notice:failed": N_("It could not be sent. The log of the workers tells more."),
}
# fmt: on
FOR_GOOD = frozenset(
    {
        "notice:key-refused",
        "notice:robot-rule",
        "notice:refused",
        "notice:redirected",
        "notice:inside",
        "notice:address-unclear",
        "notice:unset",
    }
)  # fmt: skip


def sentence_of(code: str) -> str:
    return FAULTS.get(code, FAULTS["notice:failed"])
