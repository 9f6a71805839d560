"""The part of the catalogue of errors that is about channels, webhooks and what reporters are told."""

# ruff: noqa: E501 - the table has one row an entry, however long its sentence is
from __future__ import annotations

from tipline.fault_kinds import N_, Entry, Kind

_K = Kind
# fmt: off
NOTICES: dict[str, Entry] = {
    # --- notices and webhooks
    "channel:not-found": Entry(_K.NOT_FOUND, N_("There is no such channel here. It may have been removed already.")),
    "channel:too-many": Entry(_K.CONFLICT, N_("There are %(limit)s channels already. Remove one that is not needed, then add this one.")),
    "channel:label-needed": Entry(_K.INVALID, N_("Give it a name of up to %(limit)s characters, such as: group of the night shift.")),
    "channel:address-unclear": Entry(_K.INVALID, N_("This is no whole web address. Copy the robot's address in the group once more and paste all of it.")),
    "channel:address-cut": Entry(_K.INVALID, N_("The address of the robot is not whole: its key is missing or cut off. Copy it in the group once more.")),
    "channel:address-part": Entry(_K.INVALID, N_("The address holds a part that is not allowed here, such as attach, template, verify or pgp. Take it out.")),
    "channel:robot-unknown": Entry(_K.INVALID, N_("This address belongs to no robot known here (WeCom, DingTalk, Feishu, Lark). For another service enter its address for apprise, such as ntfys://host/topic.")),
    "channel:kind-closed": Entry(_K.INVALID, N_("Messages cannot be sent this way. Use a robot of WeCom, DingTalk or Feishu, mail, or one of ServerChan, PushPlus, WxPusher, Bark, ntfy, Gotify, json, form.")),
    "channel:inside": Entry(_K.INVALID, N_("The address lies in this house, where messages do not go. An operator can open a network: TIPLINE_NOTICE_NETWORKS.")),
    "channel:in-clear": Entry(_K.INVALID, N_("Messages go out encrypted alone: use https, or the kind whose name ends in s.")),
    "channel:mail-unclear": Entry(_K.INVALID, N_("This is no mail address. Write it like name@example.org.")),
    "channel:server-unclear": Entry(_K.INVALID, N_("Check the mail server: its name, a port from 1 to 65535, and a sender like name@example.org.")),
    "channel:mail-unset": Entry(_K.INVALID, N_("The station has no mail server of its own. Enter yours below, or ask the operator for one.")),
    "channel:hours-unclear": Entry(_K.INVALID, N_("Give both quiet hours like 22:00 and 07:00, or neither.")),
    "channel:choice-unknown": Entry(_K.INVALID, N_("One of these choices does not exist any more. Load the page again and choose from what it shows.")),
    "webhook:not-found": Entry(_K.NOT_FOUND, N_("There is no such webhook. It may have been removed already.")),
    "webhook:too-many": Entry(_K.CONFLICT, N_("There are %(limit)s webhooks already. Remove one that is not needed, then add this one.")),
    "webhook:address-unclear": Entry(_K.INVALID, N_("This is no web address that can be used. Write it like https://example.org/hooks, without a name and without #.")),
    "news:mail-unclear": Entry(_K.INVALID, N_("This mail address is not whole. Check it, or leave the field empty: the receipt code works without it.")),
    "news:phone-unclear": Entry(_K.INVALID, N_("This phone number is not whole. Check it, or leave the field empty: the receipt code works without it.")),
    "news:too-many": Entry(_K.TOO_MANY, N_("This phone or address was left with many reports today, so no further one can be joined to it. Your receipt code works as before; look here for news.")),
    "news:unset": Entry(_K.CONFLICT, N_("The station sends no such messages at the moment. Your receipt code works as before.")),
}
