// The queue in one SQLite file: write-ahead log, synchronous=FULL.
#pragma once

#include <memory>
#include <string>

#include "common/store/known_numbers.h"
#include "common/store/store.h"

namespace smsweb {

struct SqliteStoreOptions {
  Millis busy_timeout{5000};  // how long a call waits for another writer
  Millis busy_pause{5};       // the longest sleep between two tries
  int log_pages = 1000;    // so long the log grows before it is moved into the
                           // database
  bool keep_texts = true;  // of messages that ended, but for class otp
};

// Two views of one connection; either may outlive the other.
struct SqliteStores {
  std::unique_ptr<Store> queue;
  std::unique_ptr<KnownNumbers> known_numbers;
};

// Opens the file, makes it where it is not there, and brings its schema up to
// date. The folder must exist and be writable: the log lies beside the file.
Result<SqliteStores> OpenSqliteStores(const std::string& path,
                                      SqliteStoreOptions options = {});

}  // namespace smsweb
