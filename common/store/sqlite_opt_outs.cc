#include "common/store/sqlite_opt_outs.h"

#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

OptOut ReadOptOut(const SqliteStatement& row) {
  return {.number = std::string(row.Text(0)),
          .since = row.Time(1),
          .reason = std::string(row.Text(2))};
}

}  // namespace

SqliteOptOuts::SqliteOptOuts(SqliteDb& db)
    : add_(db.PrepareLater(
          "INSERT INTO opt_out(number, since, reason) VALUES(?1, ?2, ?3) "
          "ON CONFLICT DO UPDATE SET "
          "reason = iif(excluded.reason = '', reason, excluded.reason)")),
      remove_(db.PrepareLater("DELETE FROM opt_out WHERE number = ?1")),
      find_(db.PrepareLater(
          "SELECT number, since, reason FROM opt_out WHERE number = ?1")),
      list_(db.PrepareLater("SELECT number, since, reason FROM opt_out "
                            "WHERE number > ?1 ORDER BY number LIMIT ?2")) {}

Result<void> SqliteOptOuts::Add(const OptOut& opt_out) {
  add_.Bind(opt_out.number).Bind(opt_out.since).Bind(opt_out.reason);
  return RunIt(add_);
}

Result<bool> SqliteOptOuts::Remove(const std::string& number) {
  remove_.Bind(number);
  const auto removed = remove_.Run();
  if (!removed) return std::unexpected(removed.error());
  return *removed > 0;
}

Result<std::optional<OptOut>> SqliteOptOuts::Find(const std::string& number) {
  find_.Bind(number);
  return FirstRow(find_, ReadOptOut);
}

Result<std::vector<OptOut>> SqliteOptOuts::List(int limit,
                                                const std::string& after) {
  list_.Bind(after).Bind(Number(limit));
  return CollectRows(list_, ReadOptOut);
}

}  // namespace smsweb
