#include "common/store/sqlite_client_keys.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

constexpr std::string_view kColumns =
    "digest, client, scopes, networks, limits, created_at, last_used_at, "
    "revoked_at";

std::vector<std::string> Words(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(std::move(word));
  return words;
}

std::optional<WallTime> OptionalTime(const SqliteStatement& row, int column) {
  if (row.IsNull(column)) return std::nullopt;
  return row.Time(column);
}

ClientKey ReadKey(const SqliteStatement& row) {
  ClientKey key;
  std::ranges::copy(row.Blob(0).first(key.digest.size()), key.digest.begin());
  key.client = row.Text(1);
  key.scopes = static_cast<Scopes>(row.Int(2));
  key.networks = Words(row.Text(3));
  for (const auto& word : Words(row.Text(4))) {
    if (const auto limit = ParseKeyLimit(word)) key.limits.push_back(*limit);
  }
  key.created_at = row.Time(5);
  key.last_used_at = OptionalTime(row, 6);
  key.revoked_at = OptionalTime(row, 7);
  return key;
}

}  // namespace

SqliteClientKeys::SqliteClientKeys(SqliteDb& db)
    : find_(db.PrepareLater("SELECT " + std::string(kColumns) +
                            " FROM client_key WHERE digest = ?1 "
                            "AND revoked_at IS NULL")),
      all_(db.PrepareLater("SELECT " + std::string(kColumns) +
                           " FROM client_key ORDER BY sequence")),
      use_(db.PrepareLater("UPDATE client_key SET last_used_at = ?2 "
                           "WHERE digest = ?1")),
      add_(db.PrepareLater(
          "INSERT INTO client_key(digest, client, scopes, networks, limits, "
          "created_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")),
      revoke_(db.PrepareLater("UPDATE client_key SET revoked_at = ?2 "
                              "WHERE digest = ?1 AND revoked_at IS NULL")),
      record_(db.PrepareLater("INSERT INTO audit(at, who, act, subject, "
                              "detail) VALUES(?1, ?2, ?3, ?4, ?5)")),
      audit_(db.PrepareLater(
          "SELECT sequence, at, who, act, subject, detail FROM audit "
          "WHERE ?2 = 0 OR sequence < ?2 ORDER BY sequence DESC LIMIT ?1")) {}

Result<std::optional<ClientKey>> SqliteClientKeys::Find(
    const Digest256& digest) {
  find_.Bind(digest);
  return FirstRow(find_, ReadKey);
}

Result<std::vector<ClientKey>> SqliteClientKeys::All() {
  return CollectRows(all_, ReadKey);
}

Result<void> SqliteClientKeys::RecordUse(const Digest256& digest,
                                         WallTime now) {
  use_.Bind(digest).Bind(now);
  return RunIt(use_);
}

Result<void> SqliteClientKeys::Add(const ClientKey& key) {
  std::string networks;
  for (const auto& network : key.networks) networks += network + ' ';
  std::string limits;
  for (const auto& limit : key.limits) limits += ToString(limit) + ' ';
  add_.Bind(key.digest)
      .Bind(key.client)
      .Bind(std::int64_t{key.scopes})
      .Bind(networks)
      .Bind(limits)
      .Bind(key.created_at);
  return RunIt(add_);
}

Result<void> SqliteClientKeys::Revoke(const Digest256& digest, WallTime now) {
  revoke_.Bind(digest).Bind(now);
  return RunIt(revoke_);
}

Result<void> SqliteClientKeys::Record(const AuditEntry& entry) {
  record_.Bind(entry.at)
      .Bind(entry.who)
      .Bind(entry.act)
      .Bind(entry.subject)
      .Bind(entry.detail);
  return RunIt(record_);
}

Result<std::vector<AuditEntry>> SqliteClientKeys::Audit(int limit,
                                                        std::int64_t before) {
  audit_.Bind(std::int64_t{limit}).Bind(before);
  return CollectRows(audit_, [](const SqliteStatement& row) {
    return AuditEntry{.sequence = row.Int(0),
                      .at = row.Time(1),
                      .who = std::string(row.Text(2)),
                      .act = std::string(row.Text(3)),
                      .subject = std::string(row.Text(4)),
                      .detail = std::string(row.Text(5))};
  });
}

}  // namespace smsweb
