#include "common/store/sqlite_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/store/sqlite_message_rows.h"
#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

// It waits; or it is held, and nothing of it is meant to leave or has gone. A
// part that went in an earlier try counts: its holder goes on with the rest.
bool MayCancel(const Message& message) {
  if (message.state == MessageState::kQueued) return true;
  return message.state == MessageState::kSending &&
         std::ranges::none_of(message.part_records, [](const Part& part) {
           return part.state == PartState::kIntended ||
                  part.state == PartState::kAccepted;
         });
}

}  // namespace

SqliteQueue::SqliteQueue(SqliteDb& db, bool keep_texts)
    : db_(db),
      keep_texts_(keep_texts),
      rows_(db),
      find_(db.PrepareLater("SELECT " + MessageColumns() +
                            " FROM message WHERE id = ?1")),
      find_sequence_(db.PrepareLater("SELECT " + MessageColumns() +
                                     " FROM message WHERE sequence = ?1")),
      held_(db.PrepareLater(
          "SELECT state FROM message WHERE sequence = ?1 AND lease = ?2")),
      intent_(db.PrepareLater(
          "INSERT INTO part(sequence, number, state, modem, intended_at, sim) "
          "VALUES(?1, ?2, 0, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET state = 0, "
          "modem = excluded.modem, message_reference = -1, error_code = -1, "
          "intended_at = excluded.intended_at, finished_at = NULL, "
          "sim = excluded.sim, awaits_report = 0, report_status = -1, "
          "reported_at = NULL")),
      result_(db.PrepareLater(
          "UPDATE part SET state = ?3, message_reference = ?4, "
          "error_code = ?5, finished_at = ?6, awaits_report = ?7 "
          "WHERE sequence = ?1 AND number = ?2")),
      doubt_(db.PrepareLater(
          "UPDATE message SET in_doubt = 1 WHERE sequence = ?1")),
      change_(db.PrepareLater(
          "UPDATE message SET state = ?2, not_before = max(not_before, ?3), "
          "attempts = attempts + ?4, modem = coalesce(?5, modem), error = ?6, "
          "updated_at = ?7, lease = iif(?2 = 1, lease, NULL), "
          "lane = coalesce(?8, lane), avoid = ?9, text = " +
          TextIn("?2", keep_texts) + " WHERE sequence = ?1")),
      count_(db.PrepareLater(
          "SELECT state, messages FROM message_count WHERE messages > 0 "
          "ORDER BY state")),
      awaiting_(db.PrepareLater(
          "SELECT " + MessageColumns() +
          " FROM (SELECT sequence AS its, max(intended_at) AS sent_at "
          "FROM part INDEXED BY part_awaiting WHERE awaits_report = 1 AND "
          "sim = ?1 AND message_reference IN (-1, ?2) AND intended_at >= ?3 "
          "GROUP BY its) CROSS JOIN message ON sequence = its "
          "ORDER BY sent_at DESC, sequence DESC")),
      cancel_(db.PrepareLater(
          "UPDATE message SET state = ?2, lease = NULL, error = ?3, "
          "updated_at = ?4, text = " +
          TextIn("?2", keep_texts) + " WHERE sequence = ?1")) {}

Result<Message> SqliteQueue::Find(const Uuid& id) {
  find_.Bind(id.bytes);
  return FindBy(find_);
}

Result<Message> SqliteQueue::Find(std::int64_t sequence) {
  find_sequence_.Bind(sequence);
  return FindBy(find_sequence_);
}

Result<Message> SqliteQueue::FindBy(SqliteStatement& statement) {
  auto found = rows_.CollectWithParts(statement);
  if (!found) return std::unexpected(found.error());
  if (found->empty()) {
    return Fail(ErrorKind::kNotFound, "no message has this id");
  }
  return std::move(found->front());
}

Result<std::vector<Message>> SqliteQueue::List(const ListFilter& filter) {
  // Of one recipient's messages, those in a state are picked out: there are
  // fewer of them than of all that are in it.
  std::string sql =
      fmt::format("SELECT {} FROM message {} WHERE true", MessageColumns("''"),
                  !filter.recipient.empty() ? "INDEXED BY message_recipient"
                  : filter.client           ? "INDEXED BY message_client"
                  : filter.state            ? "INDEXED BY message_state"
                                            : "");
  if (filter.state) {
    sql += fmt::format(" AND state = {}", Number(*filter.state));
  }
  if (!filter.recipient.empty()) sql += " AND recipient = ?1";
  if (filter.client) {
    sql += " AND client = ?3 AND client <> '' AND client <> 'trusted network'";
  }
  if (filter.after) {
    sql += " AND sequence < (SELECT sequence FROM message WHERE id = ?2)";
  }
  sql += fmt::format(" ORDER BY sequence DESC LIMIT {}", filter.limit);
  auto statement = db_.Prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  statement->Bind(filter.recipient);
  if (filter.after) {
    statement->Bind(filter.after->bytes);
  } else if (filter.client) {
    statement->BindNullIfEmpty("");
  }
  if (filter.client) statement->Bind(*filter.client);
  return CollectMessages(*statement);
}

Result<std::vector<StateCount>> SqliteQueue::CountByState() {
  return CollectRows(count_, [](const SqliteStatement& row) {
    return StateCount{static_cast<MessageState>(row.Int(0)), row.Int(1)};
  });
}

Result<std::optional<MessageState>> SqliteQueue::HeldState(
    std::int64_t sequence, LeaseToken token) {
  held_.Bind(sequence).Bind(token);
  return FirstRow(held_, [](const SqliteStatement& row) {
    return static_cast<MessageState>(row.Int(0));
  });
}

Result<bool> SqliteQueue::IsHeld(std::int64_t sequence, LeaseToken token,
                                 SpoolerTurnOutcome* outcome) {
  const auto state = HeldState(sequence, token);
  if (!state) return std::unexpected(state.error());
  if (*state == MessageState::kSending) return true;
  outcome->refused.push_back(sequence);
  return false;
}

Result<void> SqliteQueue::WriteIntents(const SpoolerTurn& turn,
                                       SpoolerTurnOutcome* outcome) {
  for (const PartIntent& intent : turn.intents) {
    const auto held = IsHeld(intent.sequence, turn.token, outcome);
    if (!held) return std::unexpected(held.error());
    if (!*held) continue;
    intent_.Bind(intent.sequence)
        .Bind(Number(intent.number))
        .Bind(intent.modem)
        .Bind(intent.at)
        .Bind(intent.sim);
    if (auto done = RunIt(intent_); !done) return done;
  }
  return {};
}

Result<void> SqliteQueue::WriteResults(const SpoolerTurn& turn,
                                       SpoolerTurnOutcome* outcome) {
  for (const PartResult& result : turn.results) {
    const auto held = IsHeld(result.sequence, turn.token, outcome);
    if (!held) return std::unexpected(held.error());
    if (!*held) continue;
    result_.Bind(result.sequence)
        .Bind(Number(result.number))
        .Bind(Number(result.state))
        .Bind(Number(result.message_reference))
        .Bind(Number(result.error_code))
        .Bind(result.at)
        .Bind(Number(result.awaits_report));
    if (auto done = RunIt(result_); !done) return done;
    if (result.state != PartState::kUnknown) continue;
    doubt_.Bind(result.sequence);
    if (auto done = RunIt(doubt_); !done) return done;
  }
  return {};
}

Result<void> SqliteQueue::WriteChanges(const SpoolerTurn& turn,
                                       SpoolerTurnOutcome* outcome) {
  for (const StateChange& change : turn.changes) {
    const auto state = HeldState(change.sequence, turn.token);
    if (!state) return std::unexpected(state.error());
    if (!*state || !MayBecome(**state, change.to)) {
      outcome->refused.push_back(change.sequence);
      continue;
    }
    change_.Bind(change.sequence)
        .Bind(Number(change.to))
        .Bind(change.not_before)
        .Bind(Number(change.counts_attempt))
        .BindNullIfEmpty(change.modem)
        .BindNullIfEmpty(change.error)
        .Bind(change.at);
    if (change.lane) {
      change_.Bind(*change.lane);
    } else {
      change_.BindNullIfEmpty("");
    }
    change_.BindNullIfEmpty(change.avoid);
    if (auto done = RunIt(change_); !done) return done;
  }
  return {};
}

Result<std::vector<Message>> SqliteQueue::AwaitingReport(const std::string& sim,
                                                         int message_reference,
                                                         WallTime since) {
  awaiting_.Bind(sim).Bind(Number(message_reference)).Bind(since);
  return rows_.CollectWithParts(awaiting_);
}

// A lease is taken from its spooler as long as nothing was meant to leave: its
// intent will be refused. That is sending -> queued -> cancelled.
Result<CancelOutcome> SqliteQueue::Cancel(const Uuid& id, WallTime now) {
  auto found = Find(id);
  if (!found) return std::unexpected(found.error());
  CancelOutcome outcome{.message = std::move(*found)};
  Message& message = outcome.message;
  if (!MayCancel(message)) {
    outcome.cancelled = false;
    return outcome;
  }
  message.state =
      message.in_doubt ? MessageState::kUnknown : MessageState::kCancelled;
  message.error = message.in_doubt ? kCancelledInDoubt : "";
  message.updated_at = now;
  if (!keep_texts_ || message.message_class == MessageClass::kOtp) {
    message.text.clear();
  }
  cancel_.Bind(message.sequence)
      .Bind(Number(message.state))
      .BindNullIfEmpty(message.error)
      .Bind(now);
  if (auto done = RunIt(cancel_); !done) return std::unexpected(done.error());
  return outcome;
}

}  // namespace smsweb
