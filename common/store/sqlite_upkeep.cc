#include "common/store/sqlite_upkeep.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

using std::chrono::days;
using enum MessageState;

// The order does not matter, the number does: a place names its chore by it.
constexpr MessageState kEndedStates[] = {
    kSent, kUnknown, kDelivered, kUndelivered, kFailed, kExpired, kCancelled};
constexpr int kFirstState = 1;
constexpr int kInbox = kFirstState + static_cast<int>(std::size(kEndedStates));
constexpr int kReports = kInbox + 1;
constexpr int kHollowBatches = kReports + 1;
constexpr int kKeys = kHollowBatches + 1;
constexpr int kRecent = kKeys + 1;
constexpr int kConversations = kRecent + 1;
constexpr int kMonths = kConversations + 1;
constexpr int kLapsed = kMonths + 1;
constexpr int kVerifications = kLapsed + 1;
constexpr int kLimits = kVerifications + 1;
constexpr int kConverted = kLimits + 1;
constexpr int kChores = kConverted + 1;

constexpr days kNobodysReports{30};
constexpr days kHollowBatchesStay{30};
constexpr days kLongestImport{1};
// message.conversations is a year at the most.
constexpr days kConversationsStay{366};
// verify.ttl is an hour at the most.
constexpr days kLongestCode{1};
// guard.conversion.window is a week at the most.
constexpr days kConvertedStay{8};

// Free pages that stay for what comes next: so many, or a tenth of a large
// file's pages.
constexpr std::int64_t kFewFreePages = 1000;
constexpr std::int64_t kFreeShare = 10;
constexpr std::int64_t kPagesAtOnce = 64;
// Who waits longer for those that read or write would hold up the others.
constexpr Millis kWaitForLog{20};

std::string DeleteSql(std::string_view table, std::string_view key,
                      std::string_view where) {
  return fmt::format(
      "DELETE FROM {0} WHERE ({1}) IN (SELECT {1} FROM {0} {2} LIMIT ?2)",
      table, key, where);
}

// Months of a SIM's recipients that neither this one nor the one before is, by
// any clock.
WallTime OldestMonth(WallTime now) {
  const std::chrono::year_month_day today(std::chrono::floor<days>(now));
  const auto before = today.year() / today.month() / 1 - std::chrono::months(1);
  return std::chrono::sys_days(before) - days(2);
}

// Oldest first: the first that has not had its time ends the walk. A time that
// is still to come is a clock's error, and stops nothing.
bool EndsWalk(WallTime came_at, WallTime limit, WallTime now) {
  return came_at > limit && came_at <= now;
}

}  // namespace

SqliteUpkeep::SqliteUpkeep(SqliteDb& db)
    : db_(db),
      erase_(db.PrepareLater(
          "UPDATE message SET text = '' WHERE sequence IN (SELECT sequence "
          "FROM message INDEXED BY message_text WHERE state > 1 AND "
          "text <> '' AND updated_at <= ?1 LIMIT ?2)")),
      ended_(db.PrepareLater(
          "SELECT sequence, created_at, updated_at, batch, EXISTS(SELECT 1 "
          "FROM part WHERE part.sequence = message.sequence AND "
          "awaits_report = 1 AND intended_at > ?3) "
          "FROM message INDEXED BY message_state "
          "WHERE state = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?4")),
      drop_parts_(db.PrepareLater("DELETE FROM part WHERE sequence = ?1")),
      drop_reports_(db.PrepareLater(
          "DELETE FROM report INDEXED BY report_message WHERE message = ?1")),
      drop_message_(db.PrepareLater("DELETE FROM message WHERE sequence = ?1")),
      last_of_growing_(db.PrepareLater(
          "SELECT 1 FROM batch WHERE sequence = ?1 AND finished = 0 AND "
          "created_at > ?2 AND created_at <= ?3 AND NOT EXISTS(SELECT 1 FROM "
          "message INDEXED BY message_batch WHERE batch = ?1 AND "
          "sequence <> ?4)")),
      drop_batch_(db.PrepareLater(
          "DELETE FROM batch WHERE sequence = ?1 AND NOT EXISTS(SELECT 1 FROM "
          "message INDEXED BY message_batch WHERE batch = ?1)")),
      inbox_(db.PrepareLater("SELECT sequence, received_at FROM inbound "
                             "WHERE sequence > ?1 ORDER BY sequence LIMIT ?2")),
      drop_inbound_parts_(db.PrepareLater(
          "DELETE FROM inbound_part INDEXED BY inbound_part_message "
          "WHERE message = ?1")),
      drop_inbound_(db.PrepareLater("DELETE FROM inbound WHERE sequence = ?1")),
      drop_untold_(db.PrepareLater(
          "DELETE FROM outbox INDEXED BY outbox_receiver WHERE receiver = '' "
          "AND kind = 'inbound' AND NOT EXISTS(SELECT 1 FROM inbound "
          "WHERE inbound.sequence = subject)")),
      reports_(db.PrepareLater(
          DeleteSql("report", "sequence",
                    "INDEXED BY report_nobodys WHERE message IS NULL AND "
                    "received_at <= ?1"))),
      hollow_(db.PrepareLater(DeleteSql("batch", "sequence",
                                        "INDEXED BY batch_hollow WHERE "
                                        "accepted = 0 AND created_at <= ?1"))),
      keys_(db.PrepareLater(
          DeleteSql("idempotency", "client, key",
                    "INDEXED BY idempotency_expiry WHERE expires_at <= ?1"))),
      recent_(db.PrepareLater(
          DeleteSql("recent", "digest",
                    "INDEXED BY recent_expiry WHERE expires_at <= ?1"))),
      conversations_(db.PrepareLater(
          DeleteSql("conversation", "recipient, modems",
                    "INDEXED BY conversation_at WHERE at <= ?1"))),
      next_month_(db.PrepareLater(
          "SELECT sim, month FROM sim_recipient WHERE (sim, month) > (?1, ?2) "
          "ORDER BY sim, month LIMIT 1")),
      drop_month_(db.PrepareLater(
          "DELETE FROM sim_recipient WHERE sim = ?1 AND month = ?2 AND "
          "recipient IN (SELECT recipient FROM sim_recipient "
          "WHERE sim = ?1 AND month = ?2 LIMIT ?3)")),
      verifications_(
          db.PrepareLater("SELECT sequence, expires_at FROM verification "
                          "WHERE sequence > ?1 ORDER BY sequence LIMIT ?2")),
      drop_verification_(
          db.PrepareLater("DELETE FROM verification WHERE sequence = ?1")),
      lapse_(db.PrepareLater(fmt::format(
          "UPDATE verification SET state = {}, seed = NULL, "
          "updated_at = expires_at WHERE sequence IN (SELECT sequence FROM "
          "verification INDEXED BY verification_open WHERE state = 0 "
          "AND expires_at <= ?1 LIMIT ?2)",
          Number(VerificationState::kExpired)))),
      limits_(db.PrepareLater(
          DeleteSql("limit_count", "per, key, within",
                    "INDEXED BY limit_over WHERE ends_at <= ?1"))),
      converted_(db.PrepareLater(
          DeleteSql("conversion", "per, key, began_at",
                    "INDEXED BY conversion_age WHERE began_at <= ?1"))),
      free_(db.PrepareLater("PRAGMA freelist_count")),
      pages_(db.PrepareLater("PRAGMA page_count")),
      vacuum_(db.PrepareLater(
          fmt::format("PRAGMA incremental_vacuum({})", kPagesAtOnce))) {}

Result<UpkeepOutcome> SqliteUpkeep::Step(const UpkeepStep& step) {
  UpkeepOutcome outcome;
  Walk walk{step, outcome, step.from.behind, step.most};
  for (int chore = step.from.chore; chore < kChores; ++chore) {
    if (auto done = Do(chore, walk); !done) {
      return std::unexpected(done.error());
    }
    if (walk.left <= 0) {
      outcome.next = UpkeepPlace{.chore = chore, .behind = walk.behind};
      break;
    }
    walk.behind = 0;
  }
  return outcome;
}

Result<void> SqliteUpkeep::Do(int chore, Walk& walk) {
  const WallTime now = walk.step.now;
  switch (chore) {
    case 0:
      return EraseTexts(walk);
    case kInbox:
      return DeleteInbox(walk);
    case kReports:
      return DeleteBefore(reports_, now - kNobodysReports, walk);
    case kHollowBatches:
      return DeleteBefore(hollow_, now - kHollowBatchesStay, walk);
    case kKeys:
      return DeleteBefore(keys_, now, walk);
    case kRecent:
      return DeleteBefore(recent_, now, walk);
    case kConversations:
      return DeleteBefore(conversations_, now - kConversationsStay, walk);
    case kMonths:
      return DeleteOldMonths(walk);
    case kLapsed:
      return DeleteBefore(lapse_, now, walk);
    case kVerifications:
      return DeleteVerifications(walk);
    case kLimits:
      return DeleteBefore(limits_, now, walk);
    case kConverted:
      return DeleteBefore(converted_, now - kConvertedStay, walk);
    default:
      return DeleteMessages(kEndedStates[chore - kFirstState], walk);
  }
}

Result<void> SqliteUpkeep::EraseTexts(Walk& walk) {
  const auto& texts = walk.step.retention.texts;
  if (!texts) return {};
  const auto erased =
      erase_.Bind(walk.step.now - *texts).Bind(Number(walk.left)).Run();
  if (!erased) return std::unexpected(erased.error());
  walk.outcome.texts += *erased;
  walk.left -= *erased;
  return {};
}

Result<void> SqliteUpkeep::DeleteMessages(MessageState state, Walk& walk) {
  const auto& kept =
      walk.step.retention.messages[static_cast<std::size_t>(state)];
  if (!kept) return {};
  const WallTime now = walk.step.now;
  const WallTime limit = now - *kept;
  ended_.Bind(Number(state))
      .Bind(walk.behind)
      .Bind(now - kReportWindow)
      .Bind(Number(walk.left));
  const auto ended = CollectRows(ended_, [](const SqliteStatement& row) {
    return Ended{
        .sequence = row.Int(0),
        .created_at = row.Time(1),
        .updated_at = row.Time(2),
        .batch = row.IsNull(3) ? std::nullopt : std::optional(row.Int(3)),
        .awaits_report = row.Int(4) != 0};
  });
  if (!ended) return std::unexpected(ended.error());
  for (const Ended& message : *ended) {
    if (EndsWalk(message.created_at, limit, now)) return {};
    walk.behind = message.sequence;
    --walk.left;
    if (message.updated_at > limit || message.awaits_report) continue;
    const auto stays = IsLastOfGrowing(message, now);
    if (!stays) return std::unexpected(stays.error());
    if (*stays) continue;
    if (auto done = DeleteMessage(message); !done) return done;
    ++walk.outcome.messages;
  }
  return {};
}

// An import may go on with its batch for a day; should it not, this message is
// what leads to it.
Result<bool> SqliteUpkeep::IsLastOfGrowing(const Ended& message, WallTime now) {
  if (!message.batch) return false;
  last_of_growing_.Bind(*message.batch)
      .Bind(now - kLongestImport)
      .Bind(now)
      .Bind(message.sequence);
  return AnyRow(last_of_growing_);
}

Result<void> SqliteUpkeep::DeleteMessage(const Ended& message) {
  for (auto* statement : {&drop_parts_, &drop_reports_, &drop_message_}) {
    statement->Bind(message.sequence);
    if (auto done = RunIt(*statement); !done) return done;
  }
  if (!message.batch) return {};
  drop_batch_.Bind(*message.batch);
  return RunIt(drop_batch_);
}

Result<void> SqliteUpkeep::DeleteInbox(Walk& walk) {
  if (!walk.step.retention.inbox) return {};
  const WallTime limit = walk.step.now - *walk.step.retention.inbox;
  inbox_.Bind(walk.behind).Bind(Number(walk.left));
  const auto received = CollectRows(inbox_, [](const SqliteStatement& row) {
    return std::pair(row.Int(0), row.Time(1));
  });
  if (!received) return std::unexpected(received.error());
  const int deleted_before = walk.outcome.inbox;
  for (const auto& [sequence, received_at] : *received) {
    if (EndsWalk(received_at, limit, walk.step.now)) break;
    walk.behind = sequence;
    --walk.left;
    if (received_at > limit) continue;
    for (auto* statement : {&drop_inbound_parts_, &drop_inbound_}) {
      statement->Bind(sequence);
      if (auto done = RunIt(*statement); !done) return done;
    }
    ++walk.outcome.inbox;
  }
  // The next message may get the sequence of one that is gone.
  if (walk.outcome.inbox == deleted_before) return {};
  return RunIt(drop_untold_);
}

Result<void> SqliteUpkeep::DeleteVerifications(Walk& walk) {
  if (!walk.step.retention.verifications) return {};
  const WallTime limit = walk.step.now - *walk.step.retention.verifications;
  verifications_.Bind(walk.behind).Bind(Number(walk.left));
  const auto over = CollectRows(verifications_, [](const SqliteStatement& row) {
    return std::pair(row.Int(0), row.Time(1));
  });
  if (!over) return std::unexpected(over.error());
  for (const auto& [sequence, expires_at] : *over) {
    if (EndsWalk(expires_at, limit, walk.step.now + kLongestCode)) return {};
    walk.behind = sequence;
    --walk.left;
    if (expires_at > limit) continue;
    drop_verification_.Bind(sequence);
    if (auto done = RunIt(drop_verification_); !done) return done;
    ++walk.outcome.others;
  }
  return {};
}

Result<void> SqliteUpkeep::DeleteBefore(SqliteStatement& statement,
                                        WallTime limit, Walk& walk) {
  const auto deleted = statement.Bind(limit).Bind(Number(walk.left)).Run();
  if (!deleted) return std::unexpected(deleted.error());
  walk.outcome.others += *deleted;
  walk.left -= *deleted;
  return {};
}

// From one month of a SIM to the next, without a look at the numbers in it.
Result<void> SqliteUpkeep::DeleteOldMonths(Walk& walk) {
  const WallTime oldest = OldestMonth(walk.step.now);
  std::pair<std::string, std::int64_t> at;
  while (walk.left > 0) {
    next_month_.Bind(at.first).Bind(at.second);
    const auto next = FirstRow(next_month_, [](const SqliteStatement& row) {
      return std::pair(std::string(row.Text(0)), row.Int(1));
    });
    if (!next) return std::unexpected(next.error());
    if (!*next) return {};
    at = **next;
    if (WallTime(Millis(at.second)) >= oldest) continue;
    const auto deleted = drop_month_.Bind(at.first)
                             .Bind(at.second)
                             .Bind(Number(walk.left))
                             .Run();
    if (!deleted) return std::unexpected(deleted.error());
    walk.outcome.others += *deleted;
    walk.left -= *deleted;
  }
  return {};
}

Result<std::int64_t> SqliteUpkeep::Pragma(SqliteStatement& statement) {
  const auto value = FirstRow(
      statement, [](const SqliteStatement& row) { return row.Int(0); });
  if (!value) return std::unexpected(value.error());
  return value->value_or(0);
}

// In a file that an older smsweb made it does nothing: "smsweb db compact".
Result<bool> SqliteUpkeep::Vacuum() {
  const auto free = Pragma(free_);
  if (!free) return std::unexpected(free.error());
  const auto pages = Pragma(pages_);
  if (!pages) return std::unexpected(pages.error());
  const auto spare = std::max(kFewFreePages, *pages / kFreeShare);
  if (*free <= spare) return false;
  // Each step of it frees a page.
  const auto freed =
      CollectRows(vacuum_, [](const SqliteStatement&) { return 0; });
  if (!freed) return std::unexpected(freed.error());
  const auto left = Pragma(free_);
  if (!left) return std::unexpected(left.error());
  const bool some_went = *left < *free;
  return some_went && *left > spare;
}

// First what can be done beside the others, so that they wait for little.
Result<void> SqliteUpkeep::EmptyLog() {
  if (db_.LogBytes() == 0) return {};
  if (auto done = db_.Checkpoint(SqliteDb::CheckpointMode::kPassive); !done) {
    return done;
  }
  const Millis patience = db_.SetBusyTimeout(kWaitForLog);
  auto done = db_.Checkpoint(SqliteDb::CheckpointMode::kTruncate);
  db_.SetBusyTimeout(patience);
  return done;
}

}  // namespace smsweb
