"""The part of the catalogue of errors that is about trust: contact details, who may open them, second factors."""

# ruff: noqa: E501 - the table has one row an entry, however long its sentence is
from __future__ import annotations

from tipline.fault_kinds import N_, Entry, Kind

_K = Kind
# fmt: off
TRUST: dict[str, Entry] = {
    # --- contact details
    "contact:no-key": Entry(_K.UNAVAILABLE, N_("Contact details cannot be sealed right now, so they were not taken. Leave the field empty to go on; the receipt code works without them. Operator: start Tipline again.")),
    "contact:locked": Entry(_K.FORBIDDEN, N_("Contact details are sealed. Type your password once more to open them.")),
    "contact:not-granted": Entry(_K.FORBIDDEN, N_("You cannot see contact details yet. A colleague who can lets you in on the page of accounts.")),
    "contact:not-theirs": Entry(_K.FORBIDDEN, N_("The role of this account does not see contact details.")),
    "contact:desk-only": Entry(_K.FORBIDDEN, N_("Contact details are sealed and open at the desk alone, with an officer's password. A token cannot open them.")),
    "contact:unopened": Entry(_K.CONFLICT, N_("These contact details do not open: they were changed after they were sealed. Write to the tip provider through the receipt instead, and tell your administrator.")),
    "contact:key-sealed": Entry(_K.UNAVAILABLE, N_("The contact key opens only with the TIPLINE_SECRET_KEY it was made under. Set that again.")),
    "contact:key-unopened": Entry(_K.CONFLICT, N_("Your key for contact details does not open with your password. Ask a colleague who sees contact details to let you in anew.")),
    "contact:no-pair": Entry(_K.CONFLICT, N_("Before you can let %(name)s see contact details, they have to sign in once.")),
    "contact:pair-changed": Entry(_K.CONFLICT, N_("The key of %(name)s is not the one in the log: somebody changed it in the database. Nothing was granted. Give %(name)s a new password, and find out who has access to the database.")),
    "contact:code-unclear": Entry(_K.INVALID, N_("This is no recovery code: it has %(limit)s letters and digits, and one of them is wrong or missing. Compare it with the sheet.")),
    "contact:holder-needed": Entry(_K.CONFLICT, N_("The station keeps no copy of the contact key: officers hold it. Say whose with --user, and give the password on standard input.")),
    "contact:code-foreign": Entry(_K.INVALID, N_("This recovery code belongs to none of this station's contact keys.")),
    # --- packages
    "package:not-found": Entry(_K.NOT_FOUND, N_("There is no such package, or it is not yours to see.")),
    "package:nothing": Entry(_K.INVALID, N_("Choose originals or covered copies. A package without either proves nothing.")),
    "package:uncovered": Entry(_K.INVALID, N_("With covered copies instead of originals, pictures, clips and browser copies stay out: they show what was covered. Leave them out, or take the originals along.")),
    "package:no-copies": Entry(_K.INVALID, N_("No file of this case has a covered copy that somebody looked at in full. Make one first, or take the originals along.")),
    "package:part-unknown": Entry(_K.INVALID, N_("This is nothing that can be put into a package. Choose from the list.")),
    "package:too-many": Entry(_K.TOO_MANY, N_("Of this case %(limit)s packages are being made already. Wait until one of them is there.")),
    "package:not-ready": Entry(_K.CONFLICT, N_("The package is not there yet. Wait until it is made; this page shows how far it is.")),
    "package:gone": Entry(_K.GONE, N_("This package is not kept any more. Make a new one; the log still tells of the old one.")),
    "package:not-failed": Entry(_K.CONFLICT, N_("This package did not fail. Make a new one if you need another.")),
    "package:no-room": Entry(_K.FULL, N_("The store has no room for this package. Remove packages that are not needed any more, or tell the administrator.")),
    "package:changed": Entry(_K.CONFLICT, N_("A file changed in the store while it was packed. Try again; if it stays so, tell the administrator.")),
    "package:crashed": Entry(_K.UNAVAILABLE, N_("The package could not be made after several tries. Try again later; if it stays so, tell the administrator.")),
    # --- second factors
    "factor:wrong": Entry(_K.UNAUTHENTICATED, N_("This code is not right, was used already, or came too late. Type the one that is shown now.")),
    "factor:recovery-wrong": Entry(_K.UNAUTHENTICATED, N_("This recovery code is not right or was used already. Try another one of your list.")),
    "factor:passkey-wrong": Entry(_K.UNAUTHENTICATED, N_("The passkey was not accepted. Try again, or use another way.")),
    "factor:copied": Entry(_K.UNAUTHENTICATED, N_("This passkey answers as a copy of itself would, so it was not accepted. Use another way in, remove it, and tell an administrator.")),
    "factor:no-place": Entry(_K.CONFLICT, N_("Passkeys work only where the desk has a name and HTTPS, or on this machine itself as localhost. Use the codes of an app here.")),
    "factor:exists": Entry(_K.CONFLICT, N_("This passkey is set up already.")),
    "factor:too-many": Entry(_K.CONFLICT, N_("You have %(limit)s passkeys already. Remove one first.")),
    "factor:not-found": Entry(_K.NOT_FOUND, N_("There is no such factor, or it is not yours.")),
    "factor:expired": Entry(_K.CONFLICT, N_("This page has been open too long, so nothing was set up. Begin again; the new picture counts.")),
    "factor:last": Entry(_K.CONFLICT, N_("Your role needs a second factor, and this is the last one. Set up another one first.")),
    "factor:reason-needed": Entry(_K.INVALID, N_("Say why the factors are reset, such as: telephone lost. It stands in the log.")),
}
# fmt: on
