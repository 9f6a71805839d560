"""What the examination of a file could not do, in a sentence for each code of `workers/media/codes.py`.

A file keeps the code; the sentence is chosen where it is shown. These are no errors of a request: the
original is kept whatever its code.
"""

# ruff: noqa: E501 - the table has one row a code, however long its sentence is
from __future__ import annotations

from tipline.errors import N_

# fmt: off
FAILURES: dict[str, str] = {
    "media:empty": N_("The file is empty. Please choose it again, or export it from the recorder once more."),
    "media:playlist": N_("This is a playlist, not the film itself. Please send the video file that it points to."),
    "media:script": N_("This is a web page or a drawing with code inside, not footage. Please send the photo or video itself."),
    "media:program": N_("This is a program. Please send the footage itself; if the recorder exported a player, send the video file beside it."),
    "media:document": N_("This is a document or an archive. It is kept as it came and was not opened here."),
    "media:silk": N_("This is a voice message in WeChat's own format, which cannot be played here. It is kept as it came; please also send it as an ordinary sound file or write down what is said."),
    "media:unknown-format": N_("The format is not known here. The original is kept; the recorder's own player may show it."),
    "media:corrupt": N_("The file is damaged and cannot be shown. The original is kept; a new copy from the recorder or phone may help."),
    "media:index-lost": N_("The recording was cut off before its index was written, and a repair was tried without success: what a player must know about the pictures is missing. The original is kept. Please export it from the recorder or phone again; another film of the same camera may also help to repair it."),
    "media:no-frames": N_("No picture could be read from this film. The original is kept."),
    "media:too-many-pixels": N_("The picture is larger than can be opened safely. The original is kept."),
    "media:too-complex": N_("The file holds too many tracks to be opened safely. The original is kept."),
    "media:timeout": N_("Examining the file took too long and was stopped. The original is kept; try again or look at it in a separate player."),
    "media:memory": N_("Examining the file needed too much memory and was stopped. The original is kept."),
    "media:crashed": N_("The file made the reader stop unexpectedly. The original is kept; try again."),
    "media:bad-answer": N_("The examination gave an answer that cannot be trusted, so it was thrown away. The original is kept; treat this file with care."),
    "media:not-covered": N_("A check found that a cover did not hold, so the result was thrown away. Nothing left the station; please try again."),
    "media:not-marked": N_("A check found frames on which the recipient's mark cannot be read, so the copy was thrown away. Nothing left the station; try again or share another part."),
    "media:frame-lost": N_("This frame cannot be read from the original: the film is damaged there, or ends before it. Choose a frame beside it."),
    "media:no-face-model": N_("The part that finds faces is not installed on this host. Please draw boxes by hand, and tell the administrator."),
    "media:no-sandbox": N_("The protected environment for opening files is not available, so nothing was opened. The original is kept; tell the administrator."),
    "media:unreadable": N_("The stored file could not be read just now. Try again; if it stays so, tell the administrator."),
    "media:truncated": N_("The recording breaks off before its end. What is there is shown."),
    "media:damaged": N_("Some frames are damaged. The rest is shown."),
    "media:sampled": N_("The film is long: only part of it was looked at frame by frame. Where nothing is marked, something may still have happened."),
    "media:no-picture": N_("This is sound without a picture."),
    "media:duration-differs": N_("The length in the file's header differs from its real length. The real length is shown."),
    "media:metadata-damaged": N_("Parts of the information about the picture are damaged and were left out."),
    "media:animated": N_("This picture moves. Only its first frame is shown."),
    "media:scaled-down": N_("The picture is shown smaller than the original. The original is kept in full size."),
    "media:incomplete": N_("The examination stopped before the end. What was found until then is shown."),
    "media:preface": N_("Other bytes stand before the recording. They are left out where it is shown; the original is kept as it came."),
    "media:times-counted": N_("The file itself holds no times. They are counted at its frame rate and may be off; compare with the clock in the picture."),
    "media:repaired": N_("The index of the recording was lost. What is shown comes from a repaired copy made here: times are counted and the sound is missing. The original is kept unchanged; please ask for a new export."),
    "media:several-pictures": N_("The file holds several pictures. They are shown in their order, the main one first; of very many only the first."),
    "media:reencoded": N_("This file seems to have been encoded again after the camera made it, by a messenger, a phone editor or a program; details may be lost. Ask for the recorder's original export."),
    "media:screen-filmed": N_("This may be a screen filmed with a phone. Ask for the recorder's original export: it is sharper and carries its own times."),
    "media:copy-lacks": N_("A part of the film could not be read for the browser copy: there the copy stands still on one picture. The original is kept whole; open it in a separate player for that part."),
    "media:damaged-picture": N_("Parts of the picture could not be read; they are shown in grey. Please ask for the picture again, if possible as the phone or camera saved it."),
    "media:unsandboxed": N_("This file was opened without the protected environment. That is meant for tests only."),
}
# fmt: on


def sentence_of(code: str) -> str:
    """The English sentence of a failure or warning; the code itself if a newer worker wrote one we do not know."""
    return FAILURES.get(code, code)
