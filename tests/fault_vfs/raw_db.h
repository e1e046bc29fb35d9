// SQLite without the product in between: to look at a queue, and to be in its
// way.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace smsweb::faults {

class RawDb {
 public:
  explicit RawDb(const std::string& path) {
    sqlite3* db = nullptr;
    const int code = sqlite3_open(path.c_str(), &db);
    db_.reset(db);
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errstr(code));
  }

  // False: SQLite refused.
  bool Try(const char* sql) {
    return sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK;
  }

  // The first column of each row, as text.
  std::vector<std::string> Column(const char* sql) {
    std::vector<std::string> rows;
    const auto add = [](void* to, int, char** values, char**) {
      static_cast<std::vector<std::string>*>(to)->emplace_back(
          values[0] ? values[0] : "");
      return 0;
    };
    if (sqlite3_exec(db_.get(), sql, add, &rows, nullptr) != SQLITE_OK) {
      throw std::runtime_error(sqlite3_errmsg(db_.get()));
    }
    return rows;
  }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close(db); }
  };
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace smsweb::faults
