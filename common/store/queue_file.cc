#include "common/store/queue_file.h"

#include <fmt/format.h>

#include <utility>

#include "common/store/schema.h"
#include "common/store/sqlite_message_rows.h"
#include "common/store/sqlite_outbox.h"
#include "common/store/sqlite_queue.h"
#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

constexpr const char* kMiscounted =
    "SELECT count(*) FROM (SELECT state FROM (SELECT state, messages AS n "
    "FROM message_count UNION ALL SELECT state, -count(*) FROM message "
    "GROUP BY state) GROUP BY state HAVING sum(n) <> 0)";
constexpr const char* kCountAnew =
    "DELETE FROM message_count;"
    "INSERT INTO message_count SELECT state, count(*) FROM message "
    "GROUP BY state";

// Rows that lead nowhere: what they are called, and what is done with them.
struct Misfit {
  const char* what;
  const char* table;
  const char* where;
  const char* mend;
};
constexpr Misfit kMisfits[] = {
    {"parts without a message", "part",
     "NOT EXISTS(SELECT 1 FROM message WHERE message.sequence = "
     "part.sequence)",
     "DELETE FROM part"},
    {"reports of a message that is not there", "report",
     "message IS NOT NULL AND NOT EXISTS(SELECT 1 FROM message "
     "WHERE message.sequence = report.message)",
     "DELETE FROM report"},
    {"messages of a batch that is not there", "message",
     "batch IS NOT NULL AND NOT EXISTS(SELECT 1 FROM batch "
     "WHERE batch.sequence = message.batch)",
     "UPDATE message SET batch = NULL"},
    {"received parts without a message", "inbound_part",
     "NOT EXISTS(SELECT 1 FROM inbound WHERE inbound.sequence = "
     "inbound_part.message)",
     "DELETE FROM inbound_part"},
};

constexpr const char* kMakeUnknown =
    "UPDATE message SET state = {unknown}, in_doubt = 1, lease = NULL, "
    "updated_at = ?1, text = {text}, error = 'it waited in a backup that was "
    "restored: it may have been sent since' WHERE state IN ({queued}, "
    "{sending})";
// As when an answer did not come: a report may still settle their messages.
constexpr const char* kMakePartsUnknown =
    "UPDATE part SET state = {unknown}, finished_at = ?1, awaits_report = "
    "(SELECT report FROM message WHERE message.sequence = part.sequence) "
    "WHERE state = {intended} AND (SELECT message.state FROM message "
    "WHERE message.sequence = part.sequence) = {sending}";

}  // namespace

Result<QueueFile> QueueFile::Open(const std::string& path, Log log) {
  auto db = SqliteDb::Open(path, {.to_write = false, .make = false});
  if (!db) return std::unexpected(db.error());
  if (log == Log::kStays) {
    if (auto done = db->KeepLogOnClose(); !done) {
      return std::unexpected(done.error());
    }
  }
  QueueFile file(std::move(*db), 0);
  const auto tables = file.Ask(
      "SELECT count(*) FROM sqlite_schema WHERE name IN ('message', 'part')");
  if (!tables) return std::unexpected(tables.error());
  const auto schema = file.Ask("PRAGMA user_version");
  if (!schema) return std::unexpected(schema.error());
  if (*schema > kNewestSchema) {
    return Fail(ErrorKind::kConflict,
                fmt::format("it has schema {}, and this program knows schemas "
                            "up to {}: install the newer smsweb that wrote it",
                            *schema, kNewestSchema));
  }
  if (*schema < 1 || *tables != 2) {
    return Fail(ErrorKind::kInvalid, "it is not a queue of smsweb");
  }
  file.schema_ = static_cast<int>(*schema);
  return file;
}

Result<std::int64_t> QueueFile::Ask(std::string sql) {
  auto statement = db_.PrepareLater(std::move(sql));
  const auto value = FirstRow(
      statement, [](const SqliteStatement& row) { return row.Int(0); });
  if (!value) return std::unexpected(value.error());
  return value->value_or(0);
}

Result<QueueSizes> QueueFile::Sizes() {
  const auto page = Ask("PRAGMA page_size");
  if (!page) return std::unexpected(page.error());
  const auto pages = Ask("PRAGMA page_count");
  if (!pages) return std::unexpected(pages.error());
  const auto free = Ask("PRAGMA freelist_count");
  if (!free) return std::unexpected(free.error());
  return QueueSizes{
      .file = *pages * *page, .free = *free * *page, .log = db_.LogBytes()};
}

// All of it at one instant: what is counted changes meanwhile.
Result<QueueCheck> QueueFile::Check(bool full, WallTime now) {
  QueueCheck check{.schema = schema_};
  if (auto done = db_.Execute("BEGIN"); !done) {
    return std::unexpected(done.error());
  }
  auto looked = LookForDamage(full, &check);
  if (looked && check.damage.empty() && schema_ == kNewestSchema) {
    looked = LookForMisfits(now, &check);
  }
  const auto sizes = Sizes();
  (void)db_.Execute("COMMIT");
  if (!looked) return std::unexpected(looked.error());
  if (!sizes) return std::unexpected(sizes.error());
  check.sizes = *sizes;
  return check;
}

Result<void> QueueFile::LookForDamage(bool full, QueueCheck* check) {
  auto statement = db_.PrepareLater(full ? "PRAGMA integrity_check(20)"
                                         : "PRAGMA quick_check(20)");
  auto lines = CollectRows(statement, [](const SqliteStatement& row) {
    return std::string(row.Text(0));
  });
  if (!lines) return std::unexpected(lines.error());
  if (*lines != std::vector<std::string>{"ok"}) {
    check->damage = std::move(*lines);
  }
  return {};
}

Result<void> QueueFile::LookForMisfits(WallTime now, QueueCheck* check) {
  const auto look = [&](const char* what, std::string sql) -> Result<void> {
    const auto count = Ask(std::move(sql));
    if (!count) return std::unexpected(count.error());
    if (*count > 0) {
      check->misfits.push_back(fmt::format("{} {}", *count, what));
    }
    return {};
  };
  if (auto done = look("states whose messages are counted wrong", kMiscounted);
      !done) {
    return done;
  }
  for (const Misfit& misfit : kMisfits) {
    auto done =
        look(misfit.what, fmt::format("SELECT count(*) FROM {} WHERE {}",
                                      misfit.table, misfit.where));
    if (!done) return done;
  }
  const std::pair<std::int64_t*, std::string> counts[] = {
      {&check->messages, "SELECT count(*) FROM message"},
      {&check->waiting, "SELECT count(*) FROM message WHERE state IN (0, 1)"},
      {&check->abandoned,
       fmt::format("SELECT count(*) FROM message WHERE state = 1 AND NOT "
                   "EXISTS(SELECT 1 FROM spooler WHERE token = lease AND "
                   "alive_until > {})",
                   now.time_since_epoch().count())},
  };
  for (const auto& [out, sql] : counts) {
    const auto count = Ask(sql);
    if (!count) return std::unexpected(count.error());
    *out = *count;
  }
  return {};
}

Result<void> QueueFile::CopyTo(const std::string& path,
                               const SqliteDb::Progress& progress) {
  {
    auto target = SqliteDb::Open(path, {.make = false});
    if (!target) return std::unexpected(target.error());
    if (auto done = target->Execute("PRAGMA synchronous = OFF"); !done) {
      return done;
    }
    if (auto done = db_.CopyTo(*target, progress); !done) return done;
  }
  auto copy = Open(path, Log::kGoes);
  if (!copy) return std::unexpected(copy.error());
  if (auto done = copy->LeaveLog(); !done) return done;
  QueueCheck check;
  if (auto done = copy->LookForDamage(false, &check); !done) return done;
  if (check.damage.empty()) return {};
  return Fail(ErrorKind::kInternal,
              "the copy is damaged: " + check.damage.front());
}

Result<void> QueueFile::Compact() {
  if (auto done = db_.Execute("PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
      !done) {
    return done;
  }
  auto transaction = SqliteTransaction::Begin(db_);
  if (!transaction) return std::unexpected(transaction.error());
  if (auto done = db_.Execute(kCountAnew); !done) return done;
  for (const Misfit& misfit : kMisfits) {
    const auto sql = fmt::format("{} WHERE {}", misfit.mend, misfit.where);
    if (auto done = db_.Execute(sql.c_str()); !done) return done;
  }
  if (auto done = transaction->Commit(); !done) return done;
  return db_.Checkpoint(SqliteDb::CheckpointMode::kTruncate);
}

Result<void> QueueFile::Migrate() {
  if (auto done = MigrateSchema(db_); !done) return done;
  schema_ = kNewestSchema;
  return {};
}

Result<std::int64_t> QueueFile::MakeUnknown(WallTime now, bool keep_texts) {
  SqliteQueue queue(db_, keep_texts);
  SqliteOutbox outbox(db_, queue);
  const auto queued = Number(MessageState::kQueued);
  const auto sending = Number(MessageState::kSending);
  const auto unknown = Number(MessageState::kUnknown);
  auto to_tell = db_.PrepareLater(
      fmt::format("SELECT sequence FROM message WHERE state IN ({}, {}) AND "
                  "callback_url IS NOT NULL ORDER BY sequence",
                  queued, sending));
  auto parts = db_.PrepareLater(fmt::format(
      kMakePartsUnknown, fmt::arg("unknown", Number(PartState::kUnknown)),
      fmt::arg("intended", Number(PartState::kIntended)),
      fmt::arg("sending", sending)));
  auto messages = db_.PrepareLater(fmt::format(
      kMakeUnknown, fmt::arg("unknown", unknown), fmt::arg("queued", queued),
      fmt::arg("sending", sending),
      fmt::arg("text", TextIn(std::to_string(unknown), keep_texts))));

  auto transaction = SqliteTransaction::Begin(db_);
  if (!transaction) return std::unexpected(transaction.error());
  const auto told = CollectRows(
      to_tell, [](const SqliteStatement& row) { return row.Int(0); });
  if (!told) return std::unexpected(told.error());
  parts.Bind(now);
  if (auto done = RunIt(parts); !done) return std::unexpected(done.error());
  const auto changed = messages.Bind(now).Run();
  if (!changed) return std::unexpected(changed.error());
  for (const std::int64_t sequence : *told) {
    auto done = outbox.TellOfEnd(sequence, MessageState::kUnknown, now);
    if (!done) return std::unexpected(done.error());
  }
  if (auto done = transaction->Commit(); !done) {
    return std::unexpected(done.error());
  }
  return *changed;
}

// It asks for the file to itself, which a copy is.
Result<void> QueueFile::LeaveLog() {
  return db_.Execute("PRAGMA journal_mode = DELETE");
}

}  // namespace smsweb
