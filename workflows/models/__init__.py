from workflows.models.approval import (
    ApprovalPolicy,
    Decision,
    PolicyVersion,
    Reauthentication,
    Route,
    RouteStep,
    Signature,
    StepAssignment,
)
from workflows.models.enablement import TeamTalk
from workflows.models.hypothesis import GoLive, Guardrail, Hypothesis
from workflows.models.redesign import Redesign, Revision, RevisionActivity, RevisionAuthor
from workflows.models.workflow import Activity, AiTool, Workflow, WorkflowVersion

__all__ = [
    "Activity",
    "AiTool",
    "ApprovalPolicy",
    "Decision",
    "GoLive",
    "Guardrail",
    "Hypothesis",
    "PolicyVersion",
    "Reauthentication",
    "Redesign",
    "Revision",
    "RevisionActivity",
    "RevisionAuthor",
    "Route",
    "RouteStep",
    "Signature",
    "StepAssignment",
    "TeamTalk",
    "Workflow",
    "WorkflowVersion",
]
