"""Facts to tables: which applier each fact has, and how a run of items is applied.

The table ``APPLIERS`` is the whole of it: a new fact is one function and one line.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from acs import facts as f
from acs.storage import (
    apply_command,
    apply_contact,
    apply_credentials,
    apply_incident,
    apply_placed,
    apply_plan,
    apply_reach,
    apply_router,
    apply_sample,
    apply_target,
    apply_tree,
    effects,
)
from acs.storage.work import Tools, Work

APPLIERS: Mapping[type, Callable[[Work, Any], object]] = {
    f.Informed: apply_router.apply_informed,
    f.Sampled: apply_sample.apply_sampled,
    f.Judged: apply_sample.apply_judged,
    f.Discovered: apply_plan.apply_discovered,
    f.TreeRead: apply_tree.apply_tree_read,
    f.PlanChanged: apply_plan.apply_plan_changed,
    f.ConnectionSecretSet: apply_router.apply_secret_set,
    f.SecretRefused: apply_reach.apply_secret_refused,
    f.ReachLearned: apply_reach.apply_learned,
    f.BindingSeen: apply_reach.apply_binding,
    f.WayWorked: apply_reach.apply_worked,
    f.Rebooted: apply_router.apply_rebooted,
    f.Noted: apply_router.apply_noted,
    f.CommandAnswered: apply_tree.apply_answered_and_learn,
    f.CommandFailed: apply_command.apply_failed,
    f.CommandFinished: apply_command.apply_finished,
    f.TransferCompleted: apply_command.apply_transferred,
    f.UnitsChanged: apply_command.apply_units_changed,
    f.CommandConfirmed: apply_command.apply_confirmed,
    f.CommandVerified: apply_command.apply_verified,
    f.CommandLapsed: apply_command.apply_lapsed,
    f.CommandWithdrawn: apply_command.apply_withdrawn,
    f.Checked: effects.apply_checked,
    f.Quarantined: apply_router.apply_quarantined,
    f.Enrolled: apply_credentials.apply_enrolled,
    f.Admitted: apply_credentials.apply_admitted,
    f.CredentialsProved: apply_credentials.apply_proved,
    f.CredentialsKept: apply_credentials.apply_kept,
    f.ContactMade: apply_contact.apply_contact,
    f.Belongs: apply_router.apply_belongs,
    f.Placed: apply_placed.apply_placed,
    f.TargetSet: apply_target.apply_target_set,
    f.TargetGone: apply_target.apply_target_gone,
    f.TargetRead: apply_target.apply_target_read,
    f.IncidentOpened: apply_incident.apply_incident_opened,
    f.IncidentGrew: apply_incident.apply_incident_grew,
    f.IncidentClosed: apply_incident.apply_incident_closed,
}


def apply_items(
    connection: Connection, tools: Tools, items: Sequence[Sequence[f.Fact]]
) -> list[tuple[object, ...]]:
    """Apply items of facts in order; for each item the results, one for each fact.

    Raises:
        FactRefusedError: one of the items cannot be stored; none of them is then.
        sqlalchemy.exc.SQLAlchemyError: the database failed or refused one of them.
    """
    work = Work(connection, tools)
    work.load([fact for item in items for fact in item])
    results: list[tuple[object, ...]] = []
    for item in items:
        work.begin_item()
        results.append(tuple([APPLIERS[type(fact)](work, fact) for fact in item]))
    work.flush()
    return results
