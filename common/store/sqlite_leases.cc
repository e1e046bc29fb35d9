#include "common/store/sqlite_leases.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

// An outage may leave any number of dead messages at the head of the queue;
// a turn buries so many of them at the most wherever they lie, and so many of
// those that are in the way of its leases.
constexpr int kMostExpiredPerTurn = 500;
constexpr int kMostLaneChangesPerTurn = 500;

constexpr std::chrono::days kForgetSpoolers{1};

std::string CandidatesSql(std::string_view order) {
  return fmt::format(
      "SELECT {} FROM message INDEXED BY message_queued WHERE state = 0 AND "
      "lane = ?1 AND class = ?2 AND not_before <= ?3 ORDER BY {} LIMIT ?4",
      MessageColumns(), order);
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
      MessageColumns(), order, kFarthestLook);
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

}  // namespace

SqliteLeases::SqliteLeases(SqliteDb& db, bool keep_texts)
    : rows_(db),
      next_due_(db.PrepareLater(
          "SELECT min(not_before) FROM message INDEXED BY message_queued "
          "WHERE state = 0 AND lane = ?1 AND class = ?2 AND not_before > ?3")),
      first_lane_(db.PrepareLater(
          "SELECT min(lane) FROM message INDEXED BY message_queued "
          "WHERE state = 0")),
      count_codes_(db.PrepareLater(
          "SELECT count(*) FROM (SELECT 1 FROM message INDEXED BY "
          "message_queued WHERE state = 0 AND lane = ?1 AND class = 0 "
          "AND not_before <= ?2 LIMIT ?3)")),
      next_lane_(db.PrepareLater(
          "SELECT min(lane) FROM message INDEXED BY message_queued "
          "WHERE state = 0 AND lane > ?1")),
      candidates_(db.PrepareLater(CandidatesSql("not_before, sequence"))),
      newest_(db.PrepareLater(CandidatesSql("not_before DESC, sequence DESC"))),
      known_(db.PrepareLater(KnownCandidatesSql("not_before, sequence"))),
      newest_known_(db.PrepareLater(
          KnownCandidatesSql("not_before DESC, sequence DESC"))),
      any_dead_(db.PrepareLater(
          "SELECT 1 FROM message INDEXED BY message_expiry WHERE state = 0 AND "
          "expires_at <= ?1 LIMIT 1")),
      dead_(db.PrepareLater(
          "SELECT " + MessageColumns() +
          " FROM message INDEXED BY message_expiry WHERE state = 0 AND "
          "expires_at <= ?1 LIMIT ?2")),
      take_(db.PrepareLater(
          "UPDATE message SET state = 1, lease = ?2, updated_at = ?3 "
          "WHERE sequence = ?1 AND state = 0")),
      expire_(db.PrepareLater(
          "UPDATE message SET state = ?3, updated_at = ?2, lease = NULL, "
          "error = ?4, text = " +
          TextIn("?3", keep_texts) + " WHERE sequence = ?1")),
      abandoned_(db.PrepareLater(
          "SELECT " + MessageColumns() +
          " FROM message INDEXED BY message_state WHERE state = 1 AND "
          "lease IS NOT ?1 AND NOT EXISTS(SELECT 1 FROM spooler "
          "WHERE token = lease AND alive_until > ?2) ORDER BY sequence")),
      take_over_(db.PrepareLater("UPDATE message SET lease = ?2 "
                                 "WHERE sequence = ?1 AND state = 1")),
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
                            "WHERE state = 1 AND lease = token)")) {}

Result<void> SqliteLeases::Expire(Message message, WallTime now,
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

Result<bool> SqliteLeases::AnyDead(WallTime now) {
  any_dead_.Bind(now);
  return AnyRow(any_dead_);
}

Result<void> SqliteLeases::ExpireDead(WallTime now,
                                      SpoolerTurnOutcome* outcome) {
  dead_.Bind(now).Bind(Number(kMostExpiredPerTurn));
  auto dead = CollectMessages(dead_);
  if (!dead) return std::unexpected(dead.error());
  outcome->more_expired = dead->size() == kMostExpiredPerTurn;
  for (Message& message : *dead) {
    if (auto done = Expire(std::move(message), now, outcome); !done) {
      return done;
    }
  }
  return {};
}

Result<void> SqliteLeases::Lease(const SpoolerTurn& turn,
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
  if (outcome->expired.size() >= most_expired_) outcome->more_expired = true;
  return {};
}

Result<bool> SqliteLeases::LeaseFor(const SpoolerTurn& turn,
                                    const LeaseRequest& request,
                                    SpoolerTurnOutcome* outcome) {
  int left = request.limit;
  // What has waited for too long, from the lowest class up; then all.
  for (const MessageClass c : std::views::reverse(kMessageClasses)) {
    const auto& since = turn.aged_since[Place(c)];
    if (!since) continue;
    const auto taken =
        LeaseOfClass(turn, request, c, *since, std::min(left, 1), outcome);
    if (!taken) return std::unexpected(taken.error());
    left -= *taken;
    if (*taken > 0) break;
  }
  for (const MessageClass c : kMessageClasses) {
    const auto taken = LeaseOfClass(turn, request, c, turn.now, left, outcome);
    if (!taken) return std::unexpected(taken.error());
    left -= *taken;
  }
  return left > 0 && outcome->expired.size() < most_expired_;
}

Result<int> SqliteLeases::LeaseOfClass(const SpoolerTurn& turn,
                                       const LeaseRequest& request,
                                       MessageClass message_class,
                                       WallTime since, int most,
                                       SpoolerTurnOutcome* outcome) {
  int taken = 0;
  if (!request.classes[Place(message_class)]) return taken;
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
Result<std::vector<Message>> SqliteLeases::Candidates(
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
    auto some = CollectMessages(statement);
    if (!some || request.lanes.size() == 1) return some;
    std::ranges::move(*some, std::back_inserter(all));
  }
  std::ranges::sort(all, GoesBefore);
  if (all.size() > static_cast<std::size_t>(most)) all.resize(most);
  return all;
}

Result<void> SqliteLeases::Take(const SpoolerTurn& turn, Message message,
                                SpoolerTurnOutcome* outcome) {
  take_.Bind(message.sequence).Bind(turn.token).Bind(turn.now);
  if (auto done = RunIt(take_); !done) return done;
  message.state = MessageState::kSending;
  if (auto added = rows_.AddParts(message); !added) return added;
  outcome->leased.push_back(std::move(message));
  return {};
}

Result<std::vector<Message>> SqliteLeases::Abandoned(LeaseToken token,
                                                     WallTime now) {
  abandoned_.Bind(token).Bind(now);
  return rows_.CollectWithParts(abandoned_);
}

Result<std::vector<Message>> SqliteLeases::TakeOver(LeaseToken token,
                                                    LeaseToken except,
                                                    WallTime now) {
  auto abandoned = Abandoned(except, now);
  if (!abandoned) return abandoned;
  for (const Message& message : *abandoned) {
    take_over_.Bind(message.sequence).Bind(token);
    if (auto done = RunIt(take_over_); !done) {
      return std::unexpected(done.error());
    }
  }
  return abandoned;
}

Result<void> SqliteLeases::ChangeLanes(const SpoolerTurn& turn,
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

Result<void> SqliteLeases::Renew(LeaseToken token, WallTime alive_until) {
  bury_.Bind(alive_until - kForgetSpoolers);
  if (auto done = RunIt(bury_); !done) return done;
  renew_.Bind(token).Bind(alive_until);
  return RunIt(renew_);
}

Result<std::optional<WallTime>> SqliteLeases::NextDue(WallTime now) {
  const auto lanes = QueuedLanes();
  if (!lanes) return std::unexpected(lanes.error());
  std::optional<WallTime> earliest;
  for (const std::string& lane : *lanes) {
    for (const MessageClass c : kMessageClasses) {
      next_due_.Bind(lane).Bind(Number(c)).Bind(now);
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

Result<std::int64_t> SqliteLeases::CountQueuedCodes(WallTime now) {
  const auto lanes = QueuedLanes();
  if (!lanes) return std::unexpected(lanes.error());
  std::int64_t codes = 0;
  for (const std::string& lane : *lanes) {
    count_codes_.Bind(lane).Bind(now).Bind(kMostCodesCounted - codes);
    const auto count = FirstRow(
        count_codes_, [](const SqliteStatement& row) { return row.Int(0); });
    if (!count) return std::unexpected(count.error());
    codes += count->value_or(0);
  }
  return codes;
}

// From one lane to the next, without a look at the messages between.
Result<std::vector<std::string>> SqliteLeases::QueuedLanes() {
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
