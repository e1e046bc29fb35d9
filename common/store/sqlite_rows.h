// Rows of a statement as values. For the SQLite store alone.
#pragma once

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/base/uuid.h"
#include "common/store/sqlite_db.h"

namespace smsweb {

std::int64_t Number(auto value) { return static_cast<std::int64_t>(value); }

// All rows of a statement that has its parameters, each as read(statement).
template <typename Read>
auto CollectRows(SqliteStatement& statement, Read read)
    -> Result<std::vector<std::invoke_result_t<Read, SqliteStatement&>>> {
  std::vector<std::invoke_result_t<Read, SqliteStatement&>> rows;
  for (;;) {
    const auto more = statement.Step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return rows;
    rows.push_back(read(statement));
  }
}

inline Uuid ReadUuid(const SqliteStatement& row, int column) {
  Uuid id;
  std::ranges::copy(row.Blob(column).first(id.bytes.size()), id.bytes.begin());
  return id;
}

// The first row, or none.
template <typename Read>
auto FirstRow(SqliteStatement& statement, Read read)
    -> Result<std::optional<std::invoke_result_t<Read, SqliteStatement&>>> {
  const auto found = statement.Step();
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::nullopt;
  std::optional row(read(statement));
  statement.Reset();
  return row;
}

inline Result<bool> AnyRow(SqliteStatement& statement) {
  const auto found = statement.Step();
  if (found && *found) statement.Reset();
  return found;
}

// Runs a statement where the number of rows that it changed does not matter.
inline Result<void> RunIt(SqliteStatement& statement) {
  const auto done = statement.Run();
  if (!done) return std::unexpected(done.error());
  return {};
}

}  // namespace smsweb
