#include "common/store/sqlite_modems.h"

#include <utility>

#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

// Whoever asked is gone: nobody else takes the answer away.
constexpr std::chrono::days kForgetRequests{1};

ModemStatus ReadStatus(const SqliteStatement& row) {
  return {.name = std::string(row.Text(0)),
          .state = std::string(row.Text(1)),
          .detail = std::string(row.Text(2)),
          .since = row.Time(3),
          .parts_sent = row.Int(4),
          .part_time = Millis(row.Int(8)),
          .pin_refused_at = row.Time(5),
          .pin_refused_under =
              row.IsNull(7) ? std::nullopt : std::optional(row.Time(7)),
          .info = std::string(row.Text(6))};
}

ModemRequest ReadRequest(const SqliteStatement& row) {
  return {.sequence = row.Int(0),
          .modem = std::string(row.Text(1)),
          .kind = std::string(row.Text(2)),
          .argument = std::string(row.Text(3)),
          .created_at = row.Time(4),
          .expires_at = row.Time(5),
          .taken = row.Int(6) != 0,
          .finished = row.Int(7) != 0,
          .failed = row.Int(8) != 0,
          .answer = std::string(row.Text(9))};
}

constexpr const char* kSelectRequest =
    "SELECT sequence, modem, kind, argument, created_at, expires_at, taken, "
    "finished, failed, answer FROM modem_request ";

}  // namespace

SqliteModems::SqliteModems(SqliteDb& db)
    : write_(db.PrepareLater(
          "INSERT INTO modem(name, state, detail, since, parts_sent, "
          "pin_refused_at, info, pin_refused_under, part_ms) "
          "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?9, ?10) "
          "ON CONFLICT DO UPDATE SET "
          "state = iif(?2 = '', state, ?2), "
          "detail = iif(?2 = '', detail, ?3), "
          "since = iif(?2 = '', since, ?4), "
          "parts_sent = parts_sent + excluded.parts_sent, "
          "pin_refused_at = "
          "iif(?8, 0, max(pin_refused_at, excluded.pin_refused_at)), "
          "pin_refused_under = iif(?8, NULL, iif(excluded.pin_refused_at > 0, "
          "excluded.pin_refused_under, pin_refused_under)), "
          "info = iif(?7 = '', info, ?7), "
          "part_ms = iif(?10 = 0, part_ms, ?10)")),
      list_(db.PrepareLater("SELECT name, state, detail, since, parts_sent, "
                            "pin_refused_at, info, pin_refused_under, part_ms "
                            "FROM modem ORDER BY name")),
      add_(db.PrepareLater(
          "INSERT INTO modem_request(modem, kind, argument, created_at, "
          "expires_at) VALUES(?1, ?2, ?3, ?4, ?5) RETURNING sequence")),
      forget_(
          db.PrepareLater("DELETE FROM modem_request WHERE created_at < ?1")),
      take_(db.PrepareLater(
          "UPDATE modem_request SET taken = 1 WHERE sequence = ?1")),
      answer_(db.PrepareLater(
          "UPDATE modem_request SET finished = 1, failed = ?2, answer = ?3 "
          "WHERE sequence = ?1 AND finished = 0")),
      remove_(db.PrepareLater("DELETE FROM modem_request WHERE sequence = ?1")),
      find_(
          db.PrepareLater(std::string(kSelectRequest) + "WHERE sequence = ?1")),
      open_(db.PrepareLater(std::string(kSelectRequest) +
                            "INDEXED BY modem_request_open WHERE finished = 0 "
                            "ORDER BY sequence")) {}

Result<void> SqliteModems::WriteStatus(const ModemStatus& status) {
  write_.Bind(status.name)
      .Bind(status.state)
      .Bind(status.detail)
      .Bind(status.since)
      .Bind(status.parts_sent)
      .Bind(status.pin_refused_at)
      .Bind(status.info)
      .Bind(Number(status.pin_accepted));
  if (status.pin_refused_under) {
    write_.Bind(*status.pin_refused_under);
  } else {
    write_.BindNullIfEmpty("");
  }
  write_.Bind(std::int64_t{status.part_time.count()});
  return RunIt(write_);
}

Result<std::vector<ModemStatus>> SqliteModems::List() {
  return CollectRows(list_, ReadStatus);
}

Result<std::int64_t> SqliteModems::AddRequest(const ModemRequest& request) {
  forget_.Bind(request.created_at - kForgetRequests);
  if (auto done = RunIt(forget_); !done) return std::unexpected(done.error());
  add_.Bind(request.modem)
      .Bind(request.kind)
      .Bind(request.argument)
      .Bind(request.created_at)
      .Bind(request.expires_at);
  const auto sequence =
      FirstRow(add_, [](const SqliteStatement& row) { return row.Int(0); });
  if (!sequence) return std::unexpected(sequence.error());
  return sequence->value();
}

Result<void> SqliteModems::Take(std::int64_t sequence) {
  take_.Bind(sequence);
  return RunIt(take_);
}

Result<void> SqliteModems::Answer(const ModemRequest& answer) {
  answer_.Bind(answer.sequence).Bind(Number(answer.failed)).Bind(answer.answer);
  return RunIt(answer_);
}

Result<void> SqliteModems::RemoveRequest(std::int64_t sequence) {
  remove_.Bind(sequence);
  return RunIt(remove_);
}

Result<ModemRequest> SqliteModems::FindRequest(std::int64_t sequence) {
  find_.Bind(sequence);
  auto found = FirstRow(find_, ReadRequest);
  if (!found) return std::unexpected(found.error());
  if (!*found) return Fail(ErrorKind::kNotFound, "no such request");
  return std::move(**found);
}

Result<std::vector<ModemRequest>> SqliteModems::OpenRequests() {
  return CollectRows(open_, ReadRequest);
}

}  // namespace smsweb
