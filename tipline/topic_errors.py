"""The part of the catalogue of errors that is about topics, appointments and questions."""

# ruff: noqa: E501 - the table has one row an entry, however long its sentence is
from __future__ import annotations

from tipline.fault_kinds import N_, Entry, Kind

_K = Kind
# fmt: off
TOPICS: dict[str, Entry] = {
    # --- topics
    "topic:not-found": Entry(_K.NOT_FOUND, N_("There is no such topic, or it is not public. Look among all topics, or search the answers.")),
    "topic:closed": Entry(_K.CONFLICT, N_("This topic is closed: nobody asks or books here any more. The answer stays; for anything new, write to your officer.")),
    "topic:state": Entry(_K.CONFLICT, N_("Somebody opened or closed this topic in the meantime. Look at it again, then decide.")),
    "topic:changed": Entry(_K.STALE, N_("Somebody changed this topic while you wrote. What you typed is still here: compare it with the newest state, then save again.")),
    "topic:title-needed": Entry(_K.INVALID, N_("Give the topic a title of up to %(limit)s characters, as people would ask for it.")),
    "topic:answer-needed": Entry(_K.INVALID, N_("Write the answer first: that is what people come for.")),
    "topic:answer-long": Entry(_K.INVALID, N_("The answer is longer than %(limit)s characters. Shorten it, or make two topics of it.")),
    "topic:day-over": Entry(_K.INVALID, N_("The last day must be today or later, within a year. Choose another, or leave it empty.")),
    "topic:papers-many": Entry(_K.INVALID, N_("The list takes %(limit)s papers. Join some lines, or make two topics of it.")),
    "topic:personal": Entry(_K.INVALID, N_("These numbers may be somebody's: %(found)s. Take them out, or confirm that they are meant for everybody.")),
    "topic:asked": Entry(_K.CONFLICT, N_("Tips were answered with this topic already, so it is kept. Close it instead.")),
    "topic:unpublished": Entry(_K.CONFLICT, N_("Nobody outside sees this topic yet, so its link would lead nowhere. Open it first.")),
    "topic:tips-needed": Entry(_K.INVALID, N_("Choose the questions to answer: 1 to %(limit)s at a time.")),
    # --- appointments
    "slot:grid": Entry(_K.INVALID, N_("This does not fit: at least one weekday, 5 to 480 minutes within the hours, 1 to 99 people, three months at most.")),
    "slot:none": Entry(_K.INVALID, N_("No new time comes of this: all of them are there already, or lie in the past. Choose other days or hours.")),
    "slot:many": Entry(_K.INVALID, N_("A topic takes %(limit)s times. Choose fewer days, or longer times.")),
    "slot:not-found": Entry(_K.NOT_FOUND, N_("This time does not exist any more. Choose another one.")),
    "slot:capacity": Entry(_K.INVALID, N_("Write for how many people it is: 1 to %(limit)s.")),
    "slot:full": Entry(_K.CONFLICT, N_("Somebody was faster: this time is full now. Choose another one.")),
    "slot:over": Entry(_K.CONFLICT, N_("This time has passed or was cancelled. Choose another one.")),
    "booking:not-found": Entry(_K.NOT_FOUND, N_("This appointment is not open on this device. Enter its code to see it.")),
    "booking:cancelled": Entry(_K.CONFLICT, N_("This appointment was cancelled before. Book a new one.")),
    "booking:over": Entry(_K.CONFLICT, N_("This appointment is over, so it cannot be changed any more.")),
    "booking:code-other": Entry(_K.CONFLICT, N_("This code is of a question, which has no time to move or call off. Use the code of the appointment.")),
    # --- questions
    "question:empty": Entry(_K.INVALID, N_("Write your question first.")),
    "question:answer-empty": Entry(_K.INVALID, N_("Write the answer first.")),
    "question:long": Entry(_K.INVALID, N_("This is longer than %(limit)s characters. Shorten it.")),
    "question:reason": Entry(_K.INVALID, N_("Write why it is not published, in up to %(limit)s characters. Whoever asked reads it.")),
    "question:personal": Entry(_K.INVALID, N_("The question still holds what may be somebody's: %(found)s. Take it out; other residents read this.")),
    "question:not-found": Entry(_K.NOT_FOUND, N_("This question is not open on this device. Enter its code to see the answer.")),
    "question:needed": Entry(_K.INVALID, N_("Choose the questions first: tick those that are not to be published.")),
    "question:many": Entry(_K.CONFLICT, N_("Already %(number)s of your questions wait here. An officer answers them first; you read the answers under “My appointments and questions”. If it is urgent, write to your officer.")),
    "question:topic-full": Entry(_K.CONFLICT, N_("So many questions wait here that no more are taken until some are answered. Perhaps yours is answered above; else come back tomorrow, or write to your officer.")),
    "question:day-full": Entry(_K.TOO_MANY, N_("Very many questions came from your network today. Try again tomorrow, from another network, or write to your officer.")),
    "booking:many": Entry(_K.CONFLICT, N_("You hold %(number)s appointments here already, the most for one person. Move or call off one of them under “My appointments and questions”, or call the station.")),
    "topic:day-unclear": Entry(_K.INVALID, N_("The day could not be read. Choose it from the calendar, or write it like 2026-12-31.")),
    "slot:needed": Entry(_K.INVALID, N_("Choose a time first.")),
    "booking:day-full": Entry(_K.TOO_MANY, N_("Very many appointments were booked from your network today. Try again tomorrow, from another network, or call the station.")),
    "booking:crowded": Entry(_K.TOO_MANY, N_("Very many appointments were booked from your network just now. Wait ten minutes, then try again, or call the station.")),
}
# fmt: on
