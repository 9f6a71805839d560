"""The JSON doors: `public` and `tus` for reporters, `partner` for partners, the others for the desk.

All live under /api/v1.
"""

from __future__ import annotations

from tipline.web.api import partner_incidents as _own  # noqa: F401 - they add their calls
from tipline.web.api import same as _same  # noqa: F401
from tipline.web.api import tails as _tails  # noqa: F401
from tipline.web.api.acts import blueprint as acts
from tipline.web.api.beats import blueprint as beats
from tipline.web.api.bulletins import blueprint as bulletins
from tipline.web.api.bulletins import public as public_bulletins
from tipline.web.api.case_parts import blueprint as case_parts
from tipline.web.api.cases import blueprint as cases
from tipline.web.api.custody import blueprint as custody
from tipline.web.api.derivatives import blueprint as derivatives
from tipline.web.api.describing import describe
from tipline.web.api.evidence import blueprint as evidence
from tipline.web.api.figures import blueprint as figures
from tipline.web.api.handover import blueprint as handover
from tipline.web.api.incidents import blueprint as incidents
from tipline.web.api.marks import blueprint as marks
from tipline.web.api.packages import blueprint as packages
from tipline.web.api.partner import blueprint as partner
from tipline.web.api.public import blueprint as public
from tipline.web.api.queue import blueprint as queue
from tipline.web.api.receipts import blueprint as receipts
from tipline.web.api.redactions import blueprint as redactions
from tipline.web.api.retention import blueprint as retention
from tipline.web.api.search import blueprint as search
from tipline.web.api.shares import blueprint as shares
from tipline.web.api.shops import blueprint as shops
from tipline.web.api.sightings import blueprint as sightings
from tipline.web.api.suggestions import blueprint as suggestions
from tipline.web.api.targets import blueprint as targets
from tipline.web.api.tips import blueprint as tips
from tipline.web.api.topic_parts import blueprint as topic_parts
from tipline.web.api.topic_visits import blueprint as topic_visits
from tipline.web.api.topics import blueprint as topics
from tipline.web.api.tus import blueprint as tus
from tipline.web.api.webhooks import blueprint as webhooks

queue.record_once(describe)
_desk = (
    queue,
    tips,
    handover,
    suggestions,
    incidents,
    beats,
    evidence,
    derivatives,
    marks,
    redactions,
    cases,
    case_parts,
    sightings,
    shares,
    packages,
    acts,
    custody,
    retention,
    search,
    bulletins,
    webhooks,
    figures,
    targets,
    topics,
    topic_parts,
)
blueprints = (public, public_bulletins, topic_visits, receipts, shops, tus, partner, *_desk)
