#include "common/store/sqlite_db.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

namespace smsweb {
namespace {

ErrorKind KindOf(int code) {
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
      return ErrorKind::kUnavailable;
    default:
      return ErrorKind::kInternal;
  }
}

// sqlite3_errmsg() can quote values; sqlite3_errstr() can't.
std::unexpected<Error> FailSqlite(sqlite3* db, std::string_view what) {
  const int code = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
  return Fail(KindOf(code), fmt::format("{}: {} (SQLite {})", what,
                                        sqlite3_errstr(code), code));
}

// From Options::log_pages on, each commit brings what is in the log into the
// database, as far as readers and writers are not in the way: as SQLite does by
// itself. While there are always some of them, the log never begins anew that
// way. So from this multiple on it is emptied, for which writers wait until
// those have done who read at that moment: the longer it is, the longer, so
// that it is bounded however long they take. Where that fails, it is tried
// again when another log_pages have come.
constexpr int kEmptyAtMultiple = 4;
constexpr int kPagesAMilli = 100;  // 40 ms for the first try
constexpr Millis kLongestWaitForReaders{1000};

bool IsIoError(int code) { return (code & 0xFF) == SQLITE_IOERR; }

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

sqlite3_stmt* SqliteStatement::handle() {
  if (!statement_) {
    sqlite3_stmt* prepared = nullptr;
    sqlite3_prepare_v3(db_, sql_.data(), static_cast<int>(sql_.size()),
                       SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    statement_.reset(prepared);
  }
  return statement_.get();
}

SqliteStatement& SqliteStatement::Bind(std::int64_t value) {
  sqlite3_bind_int64(handle(), next_++, value);
  return *this;
}

SqliteStatement& SqliteStatement::Bind(std::string_view text) {
  sqlite3_bind_text(handle(), next_++, text.data(),
                    static_cast<int>(text.size()), SQLITE_STATIC);
  return *this;
}

SqliteStatement& SqliteStatement::Bind(std::span<const std::uint8_t> blob) {
  if (blob.empty()) {  // whose address may be null, which would be NULL
    sqlite3_bind_zeroblob(handle(), next_++, 0);
  } else {
    sqlite3_bind_blob(handle(), next_++, blob.data(),
                      static_cast<int>(blob.size()), SQLITE_STATIC);
  }
  return *this;
}

SqliteStatement& SqliteStatement::BindNullIfEmpty(std::string_view text) {
  if (!text.empty()) return Bind(text);
  sqlite3_bind_null(handle(), next_++);
  return *this;
}

Result<bool> SqliteStatement::Step() {
  const int code = sqlite3_step(handle());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    Reset();
    return false;
  }
  auto failure = FailSqlite(db_, "queue");
  Reset();
  return failure;
}

Result<int> SqliteStatement::Run() {
  const auto row = Step();
  if (!row) return std::unexpected(row.error());
  if (*row) Reset();
  return sqlite3_changes(db_);
}

void SqliteStatement::Reset() {
  next_ = 1;
  if (!statement_) return;
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

bool SqliteStatement::IsNull(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t SqliteStatement::Int(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view SqliteStatement::Text(int column) const {
  const auto* text = sqlite3_column_text(statement_.get(), column);
  const auto size = sqlite3_column_bytes(statement_.get(), column);
  if (!text) return {};
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

std::span<const std::uint8_t> SqliteStatement::Blob(int column) const {
  const auto* bytes = sqlite3_column_blob(statement_.get(), column);
  const auto size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const std::uint8_t*>(bytes),
          static_cast<std::size_t>(size)};
}

// Sleeps a little, then asks for another try; gives up after busy_timeout.
// The sleeps are short and uneven, so that many processes which wait for the
// same lock don't come back together.
int SqliteDb::WaitForWriter(void* state, int tries) {
  const Options& options = static_cast<State*>(state)->options;
  thread_local std::chrono::steady_clock::time_point began;
  const auto now = std::chrono::steady_clock::now();
  if (tries == 0) began = now;
  if (now - began >= options.busy_timeout) return 0;
  thread_local std::minstd_rand jitter(std::random_device{}());
  const auto longest = std::chrono::duration_cast<std::chrono::microseconds>(
      std::min(options.busy_pause, Millis(1 + tries)));
  const auto micros = std::uniform_int_distribution<std::int64_t>(
      longest.count() / 4, longest.count())(jitter);
  std::this_thread::sleep_for(std::chrono::microseconds(micros));
  return 1;
}

// Behind each commit. What fails here is tried again by the next one, and does
// not undo the commit.
//
// Behind one that was not synced nothing is done: the log would be synced for
// that, and if it failed, with what an earlier one has left to the next sync.
int SqliteDb::Committed(void* state_pointer, sqlite3* db, const char* name,
                        int pages) {
  State& state = *static_cast<State*>(state_pointer);
  const int enough = state.options.log_pages;
  if (pages < enough) state.empty_log_at = enough * kEmptyAtMultiple;
  if (pages < enough || state.synced != true) return SQLITE_OK;
  const bool empty = pages >= state.empty_log_at;
  const Millis patience = std::exchange(
      state.options.busy_timeout,
      std::min({kLongestWaitForReaders, state.options.busy_timeout,
                Millis(pages / kPagesAMilli)}));
  int log = -1;  // stays so where another connection is at it
  const int code = sqlite3_wal_checkpoint_v2(
      db, name, empty ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE,
      &log, nullptr);
  state.options.busy_timeout = patience;
  if (empty && code != SQLITE_OK && log >= 0) {
    state.empty_log_at = pages + enough;
  }
  if (IsIoError(code)) state.log_in_doubt = true;
  return SQLITE_OK;
}

void SqliteDb::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

Result<SqliteDb> SqliteDb::Open(const std::string& path, Options options) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                    (options.make ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  SqliteDb db(handle);
  if (code != SQLITE_OK) {
    return FailSqlite(handle, "can't open the queue");
  }
  // SQLite is content with reading, and stays so when the reason has gone.
  if (options.to_write && sqlite3_db_readonly(handle, "main") == 1) {
    return Fail(ErrorKind::kUnavailable,
                "can't open the queue: it can only be read");
  }
  db.state_ = std::make_unique<State>(options, std::nullopt,
                                      options.log_pages * kEmptyAtMultiple);
  sqlite3_busy_handler(handle, WaitForWriter, db.state_.get());
  return db;
}

Result<void> SqliteDb::Execute(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return FailSqlite(db_.get(), "queue");
  }
  return {};
}

Result<SqliteStatement> SqliteDb::Prepare(std::string sql) {
  auto statement = PrepareLater(std::move(sql));
  if (!statement.handle()) {
    return Fail(ErrorKind::kInternal,
                fmt::format("queue: {}", sqlite3_errmsg(db_.get())));
  }
  return statement;
}

SqliteStatement SqliteDb::PrepareLater(std::string sql) {
  return SqliteStatement(db_.get(), std::move(sql));
}

// Changing the mode needs the file to oneself. Where two programs open a new
// one at once, SQLite may fail without having called the busy handler.
//
// A new file changes its mode under a rollback journal, and only EXTRA syncs
// the folder behind the journal's deletion. A journal that comes back after a
// power cut would take back all that the log holds.
Result<void> SqliteDb::UseWriteAheadLog() {
  for (int tries = 0;; ++tries) {
    auto done =
        Execute("PRAGMA synchronous = EXTRA; PRAGMA journal_mode = WAL");
    const bool busy = !done && sqlite3_errcode(db_.get()) == SQLITE_BUSY;
    if (!busy || WaitForWriter(state_.get(), tries) == 0) {
      if (done) sqlite3_wal_hook(db_.get(), Committed, state_.get());
      return done;
    }
  }
}

Result<void> SqliteDb::SyncCommits(bool synced) {
  if (synced == state_->synced) return {};
  auto done = Execute(synced ? "PRAGMA synchronous = FULL"
                             : "PRAGMA synchronous = NORMAL");
  if (done) state_->synced = synced;
  return done;
}

Result<void> SqliteDb::KeepLogOnClose() {
  int on = 1;
  if (sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_PERSIST_WAL, &on) !=
          SQLITE_OK ||
      sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                        nullptr) != SQLITE_OK) {
    return FailSqlite(db_.get(), "queue");
  }
  return {};
}

Result<void> SqliteDb::Commit() {
  auto committed = Execute("COMMIT");
  if (!committed && IsIoError(sqlite3_errcode(db_.get()))) {
    state_->log_in_doubt = true;
  }
  return committed;
}

// A sync that fails is the last word on what it should have brought to the
// disk: Linux tells of it once, takes its pages for written, and the next sync
// succeeds without them. They may hold what an earlier transaction has left to
// this sync, and a log with a hole ends there when it is replayed. So its
// content, which can still be read, goes to the database, and a new log begins,
// before anything else is promised.
Result<void> SqliteDb::TrustLog() {
  if (!state_->log_in_doubt) return {};
  auto statement = Prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!statement) return std::unexpected(statement.error());
  const auto row = statement->Step();
  if (!row) return std::unexpected(row.error());
  if (*row && statement->Int(0) != 0) {
    return Fail(ErrorKind::kUnavailable,
                "queue: its log can't be trusted after a failed sync, and "
                "others are using it");
  }
  state_->log_in_doubt = false;
  return {};
}

// Its row says what could not be done: that is no error.
Result<void> SqliteDb::Checkpoint(CheckpointMode mode) {
  auto done = Execute(mode == CheckpointMode::kTruncate
                          ? "PRAGMA wal_checkpoint(TRUNCATE)"
                          : "PRAGMA wal_checkpoint(PASSIVE)");
  if (!done && IsIoError(sqlite3_errcode(db_.get()))) {
    state_->log_in_doubt = true;
  }
  return done;
}

std::int64_t SqliteDb::LogBytes() const {
  const char* path =
      sqlite3_filename_wal(sqlite3_db_filename(db_.get(), "main"));
  struct stat status {};
  return path && ::stat(path, &status) == 0 ? status.st_size : 0;
}

Millis SqliteDb::SetBusyTimeout(Millis timeout) {
  return std::exchange(state_->options.busy_timeout, timeout);
}

Result<bool> SqliteDb::HasMoved() {
  int moved = 0;
  if (sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) !=
      SQLITE_OK) {
    return FailSqlite(db_.get(), "queue");
  }
  return moved != 0;
}

// The transaction holds the state of its beginning fast: without it, each
// write of another program would have the copy begin anew.
Result<void> SqliteDb::CopyTo(SqliteDb& target, const Progress& progress) {
  constexpr int kPagesAtOnce = 1024;
  if (auto done = Execute("BEGIN; SELECT 1 FROM sqlite_schema"); !done) {
    return done;
  }
  sqlite3* to = target.db_.get();
  sqlite3_backup* backup = sqlite3_backup_init(to, "main", db_.get(), "main");
  int code = backup ? SQLITE_OK : SQLITE_ERROR;
  while (backup && code == SQLITE_OK) {
    code = sqlite3_backup_step(backup, kPagesAtOnce);
    const int pages = sqlite3_backup_pagecount(backup);
    progress(pages - sqlite3_backup_remaining(backup), pages);
  }
  sqlite3_backup_finish(backup);
  (void)Execute("COMMIT");
  if (code == SQLITE_DONE) return {};
  return FailSqlite(to, "copy of the queue");
}

Result<SqliteTransaction> SqliteTransaction::Begin(SqliteDb& db) {
  if (auto done = db.TrustLog(); !done) return std::unexpected(done.error());
  if (auto begun = db.Execute("BEGIN IMMEDIATE"); !begun) {
    return std::unexpected(begun.error());
  }
  return SqliteTransaction(&db);
}

SqliteTransaction::~SqliteTransaction() {
  if (!db_) return;
  (void)db_->Execute("ROLLBACK");
  // At once, if it can be: this program may have nothing more to write.
  (void)db_->TrustLog();
}

Result<void> SqliteTransaction::Commit() {
  auto committed = db_->Commit();
  if (committed) db_ = nullptr;
  return committed;
}

}  // namespace smsweb
