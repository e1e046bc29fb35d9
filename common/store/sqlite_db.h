// SQLite with owners for its handles and values for its errors. sqlite3.h is
// included by sqlite_db.cc, and by nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/clock.h"
#include "common/base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace smsweb {

class SqliteStatement {
 public:
  // Binds to ?1, ?2, ... in turn; text and blobs must live until Step().
  SqliteStatement& Bind(std::int64_t value);
  SqliteStatement& Bind(std::string_view text);
  SqliteStatement& Bind(std::span<const std::uint8_t> blob);
  SqliteStatement& BindNullIfEmpty(std::string_view text);
  SqliteStatement& Bind(WallTime time) {
    return Bind(std::int64_t{time.time_since_epoch().count()});
  }

  // True: a row is there. After false or an error it is reset by itself.
  Result<bool> Step();
  // For a statement without rows: the number of rows that it changed.
  Result<int> Run();
  void Reset();

  bool IsNull(int column) const;
  std::int64_t Int(int column) const;
  WallTime Time(int column) const { return WallTime(Millis(Int(column))); }
  std::string_view Text(int column) const;  // until the next Step()
  std::span<const std::uint8_t> Blob(int column) const;

 private:
  friend class SqliteDb;
  SqliteStatement(sqlite3* db, std::string sql)
      : db_(db), sql_(std::move(sql)) {}
  sqlite3_stmt* handle();  // none if it can't be prepared
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  sqlite3* db_;
  std::string sql_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int next_ = 1;
};

class SqliteDb {
 public:
  struct Options {
    Millis busy_timeout{5000};  // how long to wait for another writer
    Millis busy_pause{5};       // the longest sleep between two tries
    int log_pages = 1000;  // so long the log grows before it is moved into the
                           // database
    bool to_write = true;  // else a file that can only be read will do
    bool make = true;      // the file, where it is not there
  };

  static Result<SqliteDb> Open(const std::string& path, Options options);

  Result<void> Execute(const char* sql);
  Result<SqliteStatement> Prepare(std::string sql);
  // Prepared when it is first used, for a program that lives for one request
  // and uses two of them; what is wrong with it is then an error of Step().
  SqliteStatement PrepareLater(std::string sql);

  // Keeps the log short as well, also beside readers and writers without end.
  Result<void> UseWriteAheadLog();
  // Whether a transaction is on the disk when its commit returns; else, when
  // the next one is that is synced. Not within one.
  Result<void> SyncCommits(bool synced);
  // Leaves the write-ahead log in place when the last connection closes:
  // programs come and go, and each would pay for a checkpoint.
  Result<void> KeepLogOnClose();

  enum class CheckpointMode { kPassive, kTruncate };
  // Brings what is in the log into the file, as far as nobody is in the way;
  // with kTruncate, and nobody is, the log is empty afterwards.
  Result<void> Checkpoint(CheckpointMode mode);
  std::int64_t LogBytes() const;          // of the log's file; 0: there is none
  Millis SetBusyTimeout(Millis timeout);  // gives the one before

  // Whether another file has come in the place of the one that was opened.
  Result<bool> HasMoved();

  // All pages into `target`, which becomes the same, as they are at this
  // instant: others may write meanwhile. In a transaction of this one's own.
  using Progress = std::function<void(std::int64_t done, std::int64_t pages)>;
  Result<void> CopyTo(SqliteDb& target, const Progress& progress);

 private:
  friend class SqliteTransaction;
  struct Close {
    void operator()(sqlite3* db) const;
  };
  // What SQLite's callbacks point at.
  struct State {
    Options options;
    std::optional<bool> synced;  // SyncCommits()
    int empty_log_at = 0;        // pages: tried again when it is that long
    bool log_in_doubt = false;   // a sync of it has failed
  };
  explicit SqliteDb(sqlite3* db) : db_(db) {}
  Result<void> Commit();
  Result<void> TrustLog();
  static int WaitForWriter(void* state, int tries);
  static int Committed(void* state, sqlite3* db, const char* name, int pages);
  std::unique_ptr<State> state_;
  std::unique_ptr<sqlite3, Close> db_;
};

// Rolls back when it goes, unless committed.
class SqliteTransaction {
 public:
  static Result<SqliteTransaction> Begin(SqliteDb& db);
  SqliteTransaction(SqliteTransaction&& other) noexcept
      : db_(std::exchange(other.db_, nullptr)) {}
  SqliteTransaction& operator=(SqliteTransaction&&) = delete;
  ~SqliteTransaction();
  Result<void> Commit();

 private:
  explicit SqliteTransaction(SqliteDb* db) : db_(db) {}
  SqliteDb* db_;
};

}  // namespace smsweb
