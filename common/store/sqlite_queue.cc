#include "common/store/sqlite_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

// What ReadMessage() reads. The last column says whether the recipient wants
// nothing: only a lease asks for it.
std::string Columns(std::string_view text, std::string_view opted_out) {
  return fmt::format(
      "sequence, id, class, state, recipient, {}, parts, reference, "
      "created_at, not_before, expires_at, attempts, modem, error, updated_at, "
      "coding, report, in_doubt, lane, client, callback_url, repeat_unknown, "
      "avoid, {}",
      text, opted_out);
}

const std::string& AllColumns() {
  static const std::string kColumns = Columns("text", "0");
  return kColumns;
}

std::string LeaseColumns() {
  return Columns("text",
                 "EXISTS(SELECT 1 FROM opt_out WHERE number = recipient)");
}

// An outage may leave any number of dead messages at the head of the queue;
// a turn buries so many of them at the most.
constexpr int kMostExpiredPerTurn = 500;
constexpr int kMostLaneChangesPerTurn = 500;

constexpr std::chrono::days kForgetSpoolers{1};

// The new text of a message that comes into `state`: none where it has ended,
// and is of a class whose texts go at once.
std::string TextIn(std::string_view state, bool keep_texts) {
  return fmt::format("iif({} NOT IN (0, 1) AND {}, '', text)", state,
                     keep_texts ? "class = 0" : "true");
}

std::string CandidatesSql(std::string_view order) {
  return fmt::format(
      "SELECT {} FROM message INDEXED BY message_queued WHERE state = 0 AND "
      "lane = ?1 AND class = ?2 AND not_before <= ?3 ORDER BY {} LIMIT ?4",
      LeaseColumns(), order);
}

// Those that are dead are among them, so that they do not hide others.
std::string KnownCandidatesSql(std::string_view order) {
  return fmt::format(
      "SELECT {0} FROM (SELECT sequence AS its FROM message INDEXED BY "
      "message_queued WHERE state = 0 AND lane = ?1 AND class = ?2 AND "
      "not_before <= ?3 ORDER BY {1} LIMIT {2}) "
      "CROSS JOIN message ON sequence = its WHERE expires_at <= ?5 OR EXISTS("
      "SELECT 1 FROM sim_recipient WHERE sim = ?6 AND month = ?7 AND "
      "recipient = message.recipient) ORDER BY {1} LIMIT ?4",
      LeaseColumns(), order, kFarthestLook);
}

// A request as far as there is work in its lanes, and whose it is; those that
// want the same are one.
struct Merged {
  LeaseRequest request;
  std::vector<std::size_t> places;
};

std::vector<Merged> WithWork(const std::vector<LeaseRequest>& requests,
                             const std::vector<std::string>& queued) {
  std::vector<Merged> merged;
  for (std::size_t place = 0; place < requests.size(); ++place) {
    LeaseRequest request = requests[place];
    std::erase_if(request.lanes, [&](const std::string& lane) {
      return !std::ranges::binary_search(queued, lane);
    });
    if (request.lanes.empty()) continue;
    const auto same = std::ranges::find_if(merged, [&](const Merged& other) {
      return other.request.lanes == request.lanes &&
             other.request.classes == request.classes &&
             other.request.known_to == request.known_to;
    });
    if (same != merged.end()) {
      same->request.limit += request.limit;
      same->places.push_back(place);
    } else {
      merged.push_back({std::move(request), {place}});
    }
  }
  return merged;
}

// Nothing of it is meant to leave at this moment, and nothing has in this try.
bool MayCancel(const Message& message) {
  if (message.state == MessageState::kQueued) return true;
  return message.state == MessageState::kSending &&
         std::ranges::none_of(message.part_records, [](const Part& part) {
           return part.state == PartState::kIntended ||
                  part.state == PartState::kAccepted;
         });
}

Message ReadMessage(const SqliteStatement& row) {
  Message message;
  message.sequence = row.Int(0);
  std::ranges::copy(row.Blob(1).first(16), message.id.bytes.begin());
  message.message_class = static_cast<MessageClass>(row.Int(2));
  message.state = static_cast<MessageState>(row.Int(3));
  message.recipient = row.Text(4);
  message.text = row.Text(5);
  message.parts = static_cast<int>(row.Int(6));
  message.reference = row.Text(7);
  message.created_at = row.Time(8);
  message.not_before = row.Time(9);
  message.expires_at = row.Time(10);
  message.attempts = static_cast<int>(row.Int(11));
  message.modem = row.Text(12);
  message.error = row.Text(13);
  message.updated_at = row.Time(14);
  message.coding = row.Text(15);
  message.report = row.Int(16) != 0;
  message.in_doubt = row.Int(17) != 0;
  message.lane = row.Text(18);
  message.client = row.Text(19);
  message.callback_url = row.Text(20);
  message.repeat_unknown = row.Int(21) != 0;
  message.avoid = row.Text(22);
  message.opted_out = row.Int(23) != 0;
  return message;
}

Part ReadPart(const SqliteStatement& row) {
  return {.number = static_cast<int>(row.Int(0)),
          .state = static_cast<PartState>(row.Int(1)),
          .modem = std::string(row.Text(2)),
          .message_reference = static_cast<int>(row.Int(3)),
          .error_code = static_cast<int>(row.Int(4)),
          .intended_at = row.Time(5),
          .sim = std::string(row.Text(6)),
          .report_status = static_cast<int>(row.Int(7)),
          .reported_at = row.Time(8)};
}

}  // namespace

SqliteQueue::SqliteQueue(SqliteDb& db, bool keep_texts)
    : db_(db),
      keep_texts_(keep_texts),
      find_(db.PrepareLater("SELECT " + AllColumns() +
                            " FROM message WHERE id = ?1")),
      find_sequence_(db.PrepareLater("SELECT " + AllColumns() +
                                     " FROM message WHERE sequence = ?1")),
      parts_(db.PrepareLater(
          "SELECT number, state, modem, message_reference, error_code, "
          "intended_at, sim, report_status, reported_at FROM part "
          "WHERE sequence = ?1 ORDER BY number")),
      next_due_(db.PrepareLater(
          "SELECT min(not_before) FROM message INDEXED BY message_queued "
          "WHERE state = 0 AND lane = ?1 AND class = ?2 AND not_before > ?3")),
      first_lane_(db.PrepareLater(
          "SELECT min(lane) FROM message INDEXED BY message_queued "
          "WHERE state = 0")),
      next_lane_(db.PrepareLater(
          "SELECT min(lane) FROM message INDEXED BY message_queued "
          "WHERE state = 0 AND lane > ?1")),
      candidates_(db.PrepareLater(CandidatesSql("not_before, sequence"))),
      newest_(db.PrepareLater(CandidatesSql("not_before DESC, sequence DESC"))),
      known_(db.PrepareLater(KnownCandidatesSql("not_before, sequence"))),
      newest_known_(db.PrepareLater(
          KnownCandidatesSql("not_before DESC, sequence DESC"))),
      dead_(db.PrepareLater(
          "SELECT " + AllColumns() +
          " FROM message INDEXED BY message_expiry WHERE state = 0 AND "
          "expires_at <= ?1 LIMIT ?2")),
      take_(db.PrepareLater(
          "UPDATE message SET state = 1, lease = ?2, updated_at = ?3 "
          "WHERE sequence = ?1 AND state = 0")),
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
      expire_(db.PrepareLater(
          "UPDATE message SET state = ?3, updated_at = ?2, lease = NULL, "
          "error = ?4, text = " +
          TextIn("?3", keep_texts) + " WHERE sequence = ?1")),
      abandoned_(db.PrepareLater(
          "SELECT " + AllColumns() +
          " FROM message INDEXED BY message_state WHERE state = 1 AND "
          "lease IS NOT ?1 AND NOT EXISTS(SELECT 1 FROM spooler "
          "WHERE token = lease AND alive_until > ?2) ORDER BY sequence")),
      take_over_(db.PrepareLater("UPDATE message SET lease = ?2 "
                                 "WHERE sequence = ?1 AND state = 1")),
      count_(db.PrepareLater(
          "SELECT state, messages FROM message_count WHERE messages > 0 "
          "ORDER BY state")),
      awaiting_(db.PrepareLater(
          "SELECT " + AllColumns() +
          " FROM (SELECT sequence AS its, max(intended_at) AS sent_at "
          "FROM part INDEXED BY part_awaiting WHERE awaits_report = 1 AND "
          "sim = ?1 AND message_reference IN (-1, ?2) AND intended_at >= ?3 "
          "GROUP BY its) CROSS JOIN message ON sequence = its "
          "ORDER BY sent_at DESC, sequence DESC")),
      change_lane_(db.PrepareLater(
          "UPDATE message SET lane = ?2 WHERE sequence IN (SELECT sequence "
          "FROM message INDEXED BY message_queued WHERE state = 0 AND "
          "lane = ?1 AND class = ?3 ORDER BY not_before, sequence LIMIT ?4)")),
      change_lane_unknown_(db.PrepareLater(fmt::format(
          "UPDATE message SET lane = ?2 WHERE sequence IN (SELECT its FROM ("
          "SELECT sequence AS its, recipient AS whose FROM message INDEXED BY "
          "message_queued WHERE state = 0 AND lane = ?1 AND class = ?3 "
          "ORDER BY not_before, sequence LIMIT {}) WHERE NOT EXISTS("
          "SELECT 1 FROM sim_recipient WHERE sim = ?5 AND month = ?6 AND "
          "recipient = whose) LIMIT ?4)",
          kFarthestLook))),
      renew_(db.PrepareLater(
          "INSERT INTO spooler(token, alive_until) VALUES(?1, ?2) "
          "ON CONFLICT DO UPDATE SET alive_until = ?2")),
      // Long dead: nothing holds their token any more.
      bury_(db.PrepareLater("DELETE FROM spooler WHERE alive_until < ?1 AND "
                            "NOT EXISTS(SELECT 1 FROM message "
                            "WHERE state = 1 AND lease = token)")),
      cancel_(db.PrepareLater(
          "UPDATE message SET state = ?2, lease = NULL, error = ?3, "
          "updated_at = ?4, text = " +
          TextIn("?2", keep_texts) + " WHERE sequence = ?1")) {}

Result<void> SqliteQueue::AddParts(Message& message) {
  parts_.Bind(message.sequence);
  auto parts = CollectRows(parts_, ReadPart);
  if (!parts) return std::unexpected(parts.error());
  message.part_records = std::move(*parts);
  return {};
}

Result<std::vector<Message>> SqliteQueue::Collect(SqliteStatement& statement) {
  return CollectRows(statement, ReadMessage);
}

Result<std::vector<Message>> SqliteQueue::CollectWithParts(
    SqliteStatement& statement) {
  auto messages = Collect(statement);
  if (!messages) return messages;
  for (Message& message : *messages) {
    if (auto done = AddParts(message); !done) {
      return std::unexpected(done.error());
    }
  }
  return messages;
}

Result<Message> SqliteQueue::Find(const Uuid& id) {
  find_.Bind(id.bytes);
  return FindBy(find_);
}

Result<Message> SqliteQueue::Find(std::int64_t sequence) {
  find_sequence_.Bind(sequence);
  return FindBy(find_sequence_);
}

Result<Message> SqliteQueue::FindBy(SqliteStatement& statement) {
  auto found = CollectWithParts(statement);
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
      fmt::format("SELECT {} FROM message {} WHERE true", Columns("''", "0"),
                  !filter.recipient.empty() ? "INDEXED BY message_recipient"
                  : filter.state            ? "INDEXED BY message_state"
                                            : "");
  if (filter.state) {
    sql += fmt::format(" AND state = {}", Number(*filter.state));
  }
  if (!filter.recipient.empty()) sql += " AND recipient = ?1";
  if (filter.after) {
    sql += " AND sequence < (SELECT sequence FROM message WHERE id = ?2)";
  }
  sql += fmt::format(" ORDER BY sequence DESC LIMIT {}", filter.limit);
  auto statement = db_.Prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  statement->Bind(filter.recipient);
  if (filter.after) statement->Bind(filter.after->bytes);
  return Collect(*statement);
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

Result<void> SqliteQueue::Expire(Message message, WallTime now,
                                 SpoolerTurnOutcome* outcome) {
  message.state =
      message.in_doubt ? MessageState::kUnknown : MessageState::kExpired;
  message.error = message.in_doubt
                      ? "an earlier try may have gone, and its life ended "
                        "before another"
                      : "its life ended before it could be sent";
  expire_.Bind(message.sequence)
      .Bind(now)
      .Bind(Number(message.state))
      .Bind(message.error);
  if (auto done = RunIt(expire_); !done) return done;
  outcome->expired.push_back(std::move(message));
  return {};
}

Result<void> SqliteQueue::ExpireDead(WallTime now,
                                     SpoolerTurnOutcome* outcome) {
  dead_.Bind(now).Bind(Number(kMostExpiredPerTurn));
  auto dead = Collect(dead_);
  if (!dead) return std::unexpected(dead.error());
  for (Message& message : *dead) {
    if (auto done = Expire(std::move(message), now, outcome); !done) {
      return done;
    }
  }
  return {};
}

Result<void> SqliteQueue::Lease(const SpoolerTurn& turn,
                                SpoolerTurnOutcome* outcome) {
  if (turn.leases.empty()) return {};
  const auto queued = QueuedLanes();
  if (!queued) return std::unexpected(queued.error());
  // What ExpireDead() has buried is not in the way of the living.
  most_expired_ = outcome->expired.size() + kMostExpiredPerTurn;
  outcome->exhausted.assign(turn.leases.size(), true);
  for (const auto& [request, places] : WithWork(turn.leases, *queued)) {
    const auto all = LeaseFor(turn, request, outcome);
    if (!all) return std::unexpected(all.error());
    for (const auto place : places) outcome->exhausted[place] = *all;
  }
  return {};
}

Result<bool> SqliteQueue::LeaseFor(const SpoolerTurn& turn,
                                   const LeaseRequest& request,
                                   SpoolerTurnOutcome* outcome) {
  int left = request.limit;
  // What has waited for too long, from the lowest class up; then all.
  for (int i = kMessageClassCount - 1; i >= 0; --i) {
    if (!turn.aged_since[i]) continue;
    const auto taken =
        LeaseOfClass(turn, request, static_cast<MessageClass>(i),
                     *turn.aged_since[i], std::min(left, 1), outcome);
    if (!taken) return std::unexpected(taken.error());
    left -= *taken;
    if (*taken > 0) break;
  }
  for (int i = 0; i < kMessageClassCount; ++i) {
    const auto taken = LeaseOfClass(turn, request, static_cast<MessageClass>(i),
                                    turn.now, left, outcome);
    if (!taken) return std::unexpected(taken.error());
    left -= *taken;
  }
  return left > 0 && outcome->expired.size() < most_expired_;
}

Result<int> SqliteQueue::LeaseOfClass(const SpoolerTurn& turn,
                                      const LeaseRequest& request,
                                      MessageClass message_class,
                                      WallTime since, int most,
                                      SpoolerTurnOutcome* outcome) {
  int taken = 0;
  if (!request.classes[static_cast<std::size_t>(message_class)]) return taken;
  while (taken < most && outcome->expired.size() < most_expired_) {
    auto candidates =
        Candidates(request, message_class, since, turn.now, most - taken);
    if (!candidates) return std::unexpected(candidates.error());
    if (candidates->empty()) break;
    for (Message& message : *candidates) {
      const bool dead = message.expires_at <= turn.now;
      auto done = dead ? Expire(std::move(message), turn.now, outcome)
                       : Take(turn, std::move(message), outcome);
      if (!done) return std::unexpected(done.error());
      if (!dead) ++taken;
    }
  }
  return taken;
}

// The first ones of all its lanes together.
Result<std::vector<Message>> SqliteQueue::Candidates(
    const LeaseRequest& request, MessageClass message_class, WallTime since,
    WallTime now, int most) {
  const bool otp = message_class == MessageClass::kOtp;
  auto& statement = request.known_to ? (otp ? newest_known_ : known_)
                                     : (otp ? newest_ : candidates_);
  std::vector<Message> all;
  for (const std::string& lane : request.lanes) {
    statement.Bind(lane)
        .Bind(Number(message_class))
        .Bind(since)
        .Bind(Number(most));
    if (request.known_to) {
      statement.Bind(now)
          .Bind(request.known_to->sim)
          .Bind(request.known_to->began_at);
    }
    auto some = Collect(statement);
    if (!some || request.lanes.size() == 1) return some;
    std::ranges::move(*some, std::back_inserter(all));
  }
  std::ranges::sort(all, GoesBefore);
  if (all.size() > static_cast<std::size_t>(most)) all.resize(most);
  return all;
}

Result<void> SqliteQueue::Take(const SpoolerTurn& turn, Message message,
                               SpoolerTurnOutcome* outcome) {
  take_.Bind(message.sequence).Bind(turn.token).Bind(turn.now);
  if (auto done = RunIt(take_); !done) return done;
  message.state = MessageState::kSending;
  if (auto added = AddParts(message); !added) return added;
  outcome->leased.push_back(std::move(message));
  return {};
}

Result<std::vector<Message>> SqliteQueue::Abandoned(LeaseToken token,
                                                    WallTime now) {
  abandoned_.Bind(token).Bind(now);
  return CollectWithParts(abandoned_);
}

Result<void> SqliteQueue::TakeOver(std::span<const std::int64_t> sequences,
                                   LeaseToken token) {
  for (const auto sequence : sequences) {
    take_over_.Bind(sequence).Bind(token);
    if (auto done = RunIt(take_over_); !done) return done;
  }
  return {};
}

Result<std::vector<Message>> SqliteQueue::AwaitingReport(const std::string& sim,
                                                         int message_reference,
                                                         WallTime since) {
  awaiting_.Bind(sim).Bind(Number(message_reference)).Bind(since);
  return CollectWithParts(awaiting_);
}

Result<void> SqliteQueue::ChangeLanes(const SpoolerTurn& turn,
                                      SpoolerTurnOutcome* outcome) {
  std::int64_t left = kMostLaneChangesPerTurn;
  for (const LaneChange& change : turn.lane_changes) {
    auto& statement = change.unknown_to ? change_lane_unknown_ : change_lane_;
    statement.Bind(change.from)
        .Bind(change.to)
        .Bind(Number(change.message_class))
        .Bind(left);
    if (change.unknown_to) {
      statement.Bind(change.unknown_to->sim).Bind(change.unknown_to->began_at);
    }
    const auto moved = statement.Run();
    if (!moved) return std::unexpected(moved.error());
    left -= *moved;
  }
  outcome->more_change_lanes = left == 0;
  return {};
}

Result<void> SqliteQueue::Renew(LeaseToken token, WallTime alive_until) {
  bury_.Bind(alive_until - kForgetSpoolers);
  if (auto done = RunIt(bury_); !done) return done;
  renew_.Bind(token).Bind(alive_until);
  return RunIt(renew_);
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
  message.error = message.in_doubt
                      ? "it was cancelled; but an earlier try may have gone"
                      : "";
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

Result<std::optional<WallTime>> SqliteQueue::NextDue(WallTime now) {
  const auto lanes = QueuedLanes();
  if (!lanes) return std::unexpected(lanes.error());
  std::optional<WallTime> earliest;
  for (const std::string& lane : *lanes) {
    for (int i = 0; i < kMessageClassCount; ++i) {
      next_due_.Bind(lane).Bind(std::int64_t{i}).Bind(now);
      const auto row = next_due_.Step();
      if (!row) return std::unexpected(row.error());
      if (*row && !next_due_.IsNull(0)) {
        const WallTime due = next_due_.Time(0);
        if (!earliest || due < *earliest) earliest = due;
      }
      next_due_.Reset();
    }
  }
  return earliest;
}

// From one lane to the next, without a look at the messages between.
Result<std::vector<std::string>> SqliteQueue::QueuedLanes() {
  std::vector<std::string> lanes;
  std::string behind;
  for (;;) {
    const bool first = lanes.empty();
    auto& statement = first ? first_lane_ : next_lane_;
    if (!first) statement.Bind(behind);
    auto lane = FirstRow(statement, [](const SqliteStatement& row) {
      return row.IsNull(0) ? std::nullopt
                           : std::optional(std::string(row.Text(0)));
    });
    if (!lane) return std::unexpected(lane.error());
    if (!*lane || !**lane) return lanes;
    behind = ***lane;
    lanes.push_back(behind);
  }
}

}  // namespace smsweb
