"""What the log says of acts on topics, appointments and questions."""

from __future__ import annotations

from tipline.errors import N_

TOPIC_ACTS = {
    "booking:came": N_("Came to the appointment"),
    "booking:cancel": N_("Appointment called off"),
    "booking:make": N_("Appointment booked"),
    "booking:missed": N_("Did not come to the appointment"),
    "booking:move": N_("Appointment moved"),
    "question:answer": N_("Question of a topic answered"),
    "question:ask": N_("Question asked under a topic"),
    "question:hide": N_("Question of a topic not published"),
    "question:restore": N_("Question of a topic waits again"),
    "slot:cancel": N_("Time for appointments cancelled"),
    "slot:plan": N_("Times for appointments added"),
    "slot:resize": N_("Places of a time changed"),
    "slot:restore": N_("Cancelled time takes place"),
    "topic:answer": N_("Tip answered with a topic"),
    "topic:begin": N_("Topic begun"),
    "topic:change": N_("Topic changed"),
    "topic:close": N_("Topic closed"),
    "topic:discard": N_("Draft of a topic dropped"),
    "topic:from-tip": N_("Topic begun out of a tip"),
    "topic:open": N_("Topic opened for everybody"),
    "topic:reopen": N_("Topic opened again"),
    "topic:template": N_("Topic kept as a template"),
}
