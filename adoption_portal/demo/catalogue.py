"""The simulated workflows: how the work is done, how it was redesigned, and what truly happened.

``weeks_live`` is how long ago the new way started (None: it has not). Each story is told by its
``Simulation``; the verdict is whatever the statistics then say of it.
"""

from dataclasses import dataclass

from adoption_portal.demo.cases import Simulation

Step = tuple[str, str, str, float, float]  # title, who, system, minutes of work, of waiting


@dataclass(frozen=True, slots=True)
class ToBe:
    """What becomes of the as-is step numbered ``of`` (from 1), or a new one after it (``of`` < 0)."""

    of: int
    change: str
    title: str = ""
    who: str = ""
    touch: float | None = None
    wait: float | None = None
    how: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a live redesign came out of use, ``weeks_ago``.

    Suspended or retired with a ``reason``; or superseded by one with ``summary`` and ``to_be``.
    """

    weeks_ago: int
    reason: str = ""
    summary: str = ""
    to_be: tuple[ToBe, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One workflow with its redesign. ``stops_at`` names the last thing that happened to it.

    Its cases come as a table, or, ``log``, as an event log of its steps.
    """

    slug: str
    name: str
    unit: str
    function: str
    purpose: str
    volume: int
    gxp: bool
    steps: tuple[Step, ...]
    tool: str
    summary: str
    to_be: tuple[ToBe, ...]
    promise: float
    simulation: Simulation
    stops_at: str = "live"
    weeks_live: int | None = None
    personal_data: str = "none"
    comparison: str = ""
    calendar: str = ""
    guardrails: tuple[tuple[str, str, str, float, str], ...] = ()
    picked_because_slow: bool = False
    history_weeks: int = 60
    ending: Ending | None = None
    log: bool = False


# name, version, vendor, region, approved, what it is for
TOOLS = (
    (
        "Document assistant",
        "4.1",
        "Northwind AI",
        "EU",
        True,
        "Reads records, cites each source, drafts summaries",
    ),
    (
        "Triage model",
        "2.0",
        "In-house",
        "Basel",
        True,
        "Proposes a class and an owner; says how sure it is",
    ),
    (
        "Chat assistant",
        "2026-06",
        "Northwind AI",
        "EU",
        True,
        "Drafts and rewrites text on request",
    ),
    (
        "Extraction service",
        "3.2",
        "Papertrail",
        "EU",
        True,
        "Takes fields out of scanned documents",
    ),
    ("Planning copilot", "1.4", "Lakeside", "US", False, "Proposes schedules; under assessment"),
)

RECORD_STEPS: tuple[Step, ...] = (
    ("Print and collate the record", "Reviewer", "Archive", 25, 600),
    ("Check every page by hand", "Reviewer", "Paper", 190, 2400),
    ("Copy exceptions to a sheet", "Reviewer", "Spreadsheet", 45, 300),
    ("Look up limits in three systems", "Reviewer", "LIMS", 50, 900),
    ("Write the summary", "Reviewer", "Word processor", 65, 1500),
    ("Second reviewer reads all", "Second reviewer", "Paper", 160, 4200),
)
RECORD_TO_BE = (
    ToBe(1, "removed"),
    ToBe(
        2,
        "ai_assisted",
        "Assistant reads the record",
        "Document assistant",
        6,
        120,
        "Flags pages that differ from limits; cites each source",
    ),
    ToBe(
        -2,
        "human_review_added",
        "Reviewer checks every flag",
        "Reviewer",
        110,
        1500,
        "And a random 10% of pages with no flag",
    ),
    ToBe(3, "removed"),
    ToBe(4, "automated", "Limits come with the flags", "Document assistant", 0, 10),
    ToBe(
        5,
        "ai_assisted",
        "Assistant drafts the summary",
        "Reviewer",
        35,
        900,
        "Reviewer edits and owns the text",
    ),
    ToBe(
        6,
        "changed",
        "Second reviewer reads exceptions",
        "Second reviewer",
        104,
        2400,
        "Full read for new products",
    ),
)
INTAKE_STEPS: tuple[Step, ...] = (
    ("Read the message", "Intake desk", "Mail", 6, 240),
    ("Find the product and batch", "Intake desk", "ERP", 12, 60),
    ("Choose class and owner", "Triage lead", "Spreadsheet", 10, 1200),
    ("Open the record", "Intake desk", "QMS", 15, 180),
    ("Tell the owner", "Intake desk", "Mail", 4, 900),
)
INTAKE_TO_BE = (
    ToBe(1, "automated", "Message is read and split into fields", "Extraction service", 0, 5),
    ToBe(
        2,
        "ai_assisted",
        "Product and batch are proposed",
        "Intake desk",
        4,
        60,
        "Desk confirms or corrects",
    ),
    ToBe(
        3,
        "ai_assisted",
        "Model proposes class and owner",
        "Triage lead",
        5,
        420,
        "Below 0.8 confidence it goes straight to a person",
    ),
    ToBe(4, "kept"),
    ToBe(5, "automated", "Owner is told by the record", "QMS", 0, 10),
)
# On top of INTAKE_TO_BE.
ANSWER_TO_BE = (
    ToBe(1, "kept"),
    ToBe(2, "kept"),
    ToBe(3, "kept"),
    ToBe(4, "ai_assisted", "Record is opened with a drafted answer", "Intake desk", 9, 60),
    ToBe(5, "kept"),
)
DRAFT_STEPS: tuple[Step, ...] = (
    ("Collect the sources", "Author", "Document store", 90, 1440),
    ("Write the first draft", "Author", "Word processor", 420, 2880),
    ("Review in the team", "Peers", "Mail", 120, 5760),
    ("Rework", "Author", "Word processor", 180, 1440),
    ("Approve", "Head", "Document store", 30, 2880),
)
DRAFT_TO_BE = (
    ToBe(1, "ai_assisted", "Assistant collects the sources", "Author", 30, 360),
    ToBe(
        2,
        "ai_assisted",
        "Assistant writes the first draft",
        "Author",
        150,
        1440,
        "From the listed sources only",
    ),
    ToBe(
        -2,
        "human_review_added",
        "Author checks every statement",
        "Author",
        120,
        480,
        "Each statement keeps its source",
    ),
    ToBe(3, "kept"),
    ToBe(4, "changed", "Rework", "Author", 90, 960),
    ToBe(5, "kept"),
)
INVOICE_STEPS: tuple[Step, ...] = (
    ("Open and scan", "Clerk", "Scanner", 3, 480),
    ("Type the fields", "Clerk", "ERP", 8, 240),
    ("Match the order", "Clerk", "ERP", 9, 720),
    ("Ask the buyer", "Clerk", "Mail", 5, 2880),
    ("Release the payment", "Head of accounts", "ERP", 2, 960),
)
INVOICE_TO_BE = (
    ToBe(1, "kept"),
    ToBe(2, "automated", "Fields are extracted", "Extraction service", 0, 5),
    ToBe(3, "ai_assisted", "Order is proposed", "Clerk", 3, 240),
    ToBe(4, "changed", "Ask the buyer only when amounts differ", "Clerk", 5, 1440),
    ToBe(5, "kept"),
)
RIGHT_FIRST_TIME = ("Right first time", "right_first_time", "share", 0.03, "lower")
REOPENED = ("Reopened", "reopened", "share", 0.03, "higher")

STORIES = (
    Story(
        "batch-record-review", "Batch record review", "QA-BR", "Quality",
        "Every batch record is read before release, so that no deviation leaves the house.",
        1400, True, RECORD_STEPS, "Document assistant",
        "The assistant reads the record and flags what differs; people check every flag.",
        RECORD_TO_BE, 0.75,
        Simulation(11, 3.8, 9.4, spread=0.55, effect=0.62, wander=0.05, fields=(("right_first_time", 0.955, 0.96), ("reopened", 0.015, 0.012)), kinds=(("solid", 0.6, 1.0), ("sterile", 0.4, 1.5)), prefix="BR"),
        weeks_live=26, guardrails=(RIGHT_FIRST_TIME, REOPENED),
    ),
    Story(
        "deviation-triage", "Deviation triage", "QA-DQ", "Quality",
        "Each deviation gets a class and an owner on the day it is reported.",
        620, True, INTAKE_STEPS, "Triage model",
        "The model proposes class and owner; the triage lead confirms or corrects.",
        INTAKE_TO_BE, 0.70,
        Simulation(12, 1.7, 6.1, wander=0.06, prefix="DV"), stops_at="in_review",
        personal_data="ordinary", history_weeks=52, guardrails=(("Misclassified", "misclassified", "share", 0.01, "higher"),),
    ),
    Story(
        "capa-drafting", "CAPA drafting", "QA-DQ", "Quality",
        "Corrective actions are written down so that they can be checked later.",
        110, True, DRAFT_STEPS, "Chat assistant",
        "The assistant drafts from the investigation; the author checks every statement.",
        DRAFT_TO_BE, 0.80,
        Simulation(13, 0.3, 24.0, prefix="CA"), stops_at="changes_requested", history_weeks=20,
    ),
    Story(
        "certificate-check", "Certificate check", "QA-AU", "Quality",
        "Supplier certificates are compared with the specification.",
        950, True, INVOICE_STEPS, "Extraction service",
        "The service takes the values out of the certificate; the analyst compares.",
        INVOICE_TO_BE, 0.70,
        Simulation(14, 4.6, 3.2, spread=0.5, effect=0.985, wander=0.03, prefix="CE"), weeks_live=24,
    ),
    Story(
        "complaint-intake", "Complaint intake", "QA-CP", "Quality",
        "Every complaint is recorded and reaches the right owner within a day.",
        1500, True, INTAKE_STEPS, "Triage model",
        "Messages are read and split; the model proposes class and owner.",
        INTAKE_TO_BE, 0.80,
        Simulation(15, 4.5, 4.8, spread=0.6, effect=0.66, wander=0.04, fields=(("reopened", 0.04, 0.04),), prefix="CO"),
        weeks_live=46, personal_data="ordinary", guardrails=(REOPENED,), history_weeks=104, log=True,
    ),
    Story(
        "adverse-event-intake", "Adverse event intake", "DEV-PV", "Development",
        "Reports of side effects are in the safety database on time.",
        2100, True, INTAKE_STEPS, "Extraction service",
        "Reports are read and split into fields; a person confirms each.",
        INTAKE_TO_BE, 0.80,
        Simulation(16, 5.5, 2.6, spread=0.5, effect=0.70, wander=0.04, fields=(("right_first_time", 0.94, 0.82),), prefix="AE"),
        weeks_live=22, personal_data="special", guardrails=(RIGHT_FIRST_TIME,),
    ),
    Story(
        "narrative-writing", "Patient narratives", "DEV-MW", "Development",
        "Each serious case gets a narrative for the study report.",
        700, True, DRAFT_STEPS, "Chat assistant",
        "The assistant drafts the narrative from the listing; the author checks it.",
        DRAFT_TO_BE, 0.75,
        Simulation(17, 2.2, 11.0, effect=1.38, spread=0.55, wander=0.05, prefix="NA"), weeks_live=25,
        personal_data="special", calendar="BSL", log=True,
    ),
    Story(
        "invoice-approval", "Invoice approval", "FIN-AP", "Finance",
        "Invoices are matched, approved and paid within terms.",
        5200, False, INVOICE_STEPS, "Extraction service",
        "Fields are extracted and the order is proposed; people look at differences only.",
        INVOICE_TO_BE, 0.80,
        Simulation(18, 14.0, 5.5, spread=0.7, effect=0.72, wander=0.04, season=0.05, kinds=(("with order", 0.7, 1.0), ("without order", 0.3, 1.9)), fields=(("reopened", 0.05, 0.045),), prefix="IN"),
        weeks_live=23, comparison="supplier-onboarding", guardrails=(REOPENED,),
    ),
    Story(
        "supplier-onboarding", "Supplier onboarding", "FIN-PU", "Finance",
        "New suppliers are checked and can be ordered from.",
        2300, False, DRAFT_STEPS, "Chat assistant", "", (), 0.80,
        Simulation(19, 6.2, 6.0, spread=0.65, wander=0.04, prefix="SU"), stops_at="logged", history_weeks=80,
    ),
    Story(
        "purchase-requests", "Purchase requests", "FIN-PU", "Finance",
        "Requests become orders with the right approval.",
        3900, False, INVOICE_STEPS, "Extraction service",
        "The request is filled in from the offer; the buyer confirms.",
        INVOICE_TO_BE, 0.80,
        Simulation(20, 6.0, 4.0, effect=0.75, volume_after=3.2, prefix="PR"), weeks_live=21,
    ),
    Story(
        "label-change", "Label change", "REG", "Regulatory",
        "A changed text reaches every pack of every market.",
        260, True, DRAFT_STEPS, "Document assistant",
        "The assistant finds every place the text stands and drafts the change.",
        DRAFT_TO_BE, 0.80,
        Simulation(21, 0.75, 21.0, effect=0.85, wander=0.10, prefix="LA"), weeks_live=27,
    ),
    Story(
        "maintenance-orders", "Maintenance orders", "OPS-MT", "Manufacturing",
        "Faults become orders with parts and a date.",
        2600, True, INTAKE_STEPS, "Triage model",
        "The model proposes class, parts and date; the planner confirms.",
        INTAKE_TO_BE, 0.80,
        Simulation(22, 7.0, 3.4, effect=0.72, spread=0.6, wander=0.04, prefix="MO"), weeks_live=10,
    ),
    Story(
        "production-schedule", "Production schedule", "OPS-PL", "Supply",
        "Every line knows on Thursday what it makes next week.",
        420, False, DRAFT_STEPS, "Planning copilot",
        "The copilot proposes the schedule; the planner decides.",
        DRAFT_TO_BE, 0.85,
        Simulation(23, 1.2, 5.0, prefix="PS"), stops_at="draft",
    ),
    Story(
        "change-control", "Change control", "QA", "Quality",
        "Changes are assessed before they are made.",
        480, True, RECORD_STEPS, "Document assistant",
        "The assistant collects what a change touches; people assess it.",
        RECORD_TO_BE, 0.80,
        Simulation(24, 1.5, 16.0, prefix="CC"), stops_at="approved",
    ),
    Story(
        "job-offers", "Job offers", "HR", "People",
        "A candidate has the offer within a week of the last interview.",
        310, False, DRAFT_STEPS, "Chat assistant",
        "The assistant drafts the offer from the interview notes.",
        DRAFT_TO_BE, 0.80,
        Simulation(25, 0.9, 6.5, prefix="JO"), stops_at="rejected", personal_data="ordinary",
    ),
    Story(
        "site-access", "Access requests", "IT", "IT",
        "People get the access they need, and no more.",
        1900, False, INTAKE_STEPS, "Triage model",
        "The model proposes the role; the owner of the system confirms.",
        INTAKE_TO_BE, 0.80,
        Simulation(26, 5.0, 1.9, prefix="AC"), stops_at="withdrawn", personal_data="ordinary",
    ),
    Story(
        "filling-logbook", "Filling logbook", "OPS-SF", "Manufacturing",
        "Every stop of the line has its cause in the logbook before the shift ends.",
        1100, True, INTAKE_STEPS, "Extraction service",
        "The service reads the machine's messages and proposes cause and owner.",
        INTAKE_TO_BE, 0.80,
        Simulation(27, 2.4, 2.2, effect=0.8, prefix="FL"), stops_at="suspended", weeks_live=9,
        ending=Ending(1, "Two wrong causes in one week that nobody caught: the stop we agreed on."),
    ),
    Story(
        "artwork-requests", "Artwork requests", "OPS-PK", "Manufacturing",
        "Requests for packaging artwork reach the studio complete.",
        900, False, INTAKE_STEPS, "Triage model",
        "The model completes the request and proposes the studio; the planner confirms.",
        INTAKE_TO_BE, 0.80,
        Simulation(28, 2.2, 3.6, effect=0.78, wander=0.04, prefix="AR"), stops_at="retired", weeks_live=30,
        ending=Ending(5, "The studio's own portal takes the requests from this month on."),
    ),
    Story(
        "site-questions", "Questions of trial sites", "DEV-CO", "Development",
        "A site that asks has its answer within two days.",
        1300, False, INTAKE_STEPS, "Triage model",
        "The model proposes topic and owner; the desk confirms.",
        INTAKE_TO_BE, 0.85,
        Simulation(29, 2.8, 2.8, effect=0.76, wander=0.04, prefix="SQ"), stops_at="superseded", weeks_live=32,
        ending=Ending(7, summary="The answer to a frequent question is drafted too; the desk sends it.", to_be=ANSWER_TO_BE),
    ),
)  # fmt: skip
