// A queue's file as SQLite sees it, behind the store's back.
#pragma once

#include <sqlite3.h>

#include <string>

#include "catch.h"

namespace smsweb {

class RawSqlite {
 public:
  explicit RawSqlite(const std::string& path) {
    REQUIRE(sqlite3_open(path.c_str(), &db_) == SQLITE_OK);
    sqlite3_busy_timeout(db_, 5000);
  }
  RawSqlite(const RawSqlite&) = delete;
  ~RawSqlite() { sqlite3_close(db_); }
  void Execute(const std::string& sql) {
    INFO(sql);
    REQUIRE(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) ==
            SQLITE_OK);
  }
  // The first column of each row, with a line break behind each.
  std::string Column(const std::string& sql) { return Read(sql, 0); }
  // How SQLite goes about it.
  std::string Plan(const std::string& sql) {
    return Read("EXPLAIN QUERY PLAN " + sql, 3);
  }

 private:
  std::string Read(const std::string& sql, int column) {
    struct Rows {
      int column;
      std::string text;
    } rows{column, ""};
    INFO(sql);
    REQUIRE(sqlite3_exec(
                db_, sql.c_str(),
                [](void* out, int, char** values, char**) {
                  auto& into = *static_cast<Rows*>(out);
                  const char* value = values[into.column];
                  into.text += std::string(value ? value : "NULL") + "\n";
                  return 0;
                },
                &rows, nullptr) == SQLITE_OK);
    return rows.text;
  }

  sqlite3* db_ = nullptr;
};

}  // namespace smsweb
