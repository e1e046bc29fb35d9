#include "common/store/sqlite_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "common/store/schema.h"
#include "common/store/sqlite_db.h"
#include "common/store/sqlite_known_numbers.h"

namespace smsweb {
namespace {

constexpr std::string_view kMessageColumns =
    "sequence, id, class, state, recipient, text, parts, reference, "
    "created_at, not_before, expires_at, attempts, modem, error, updated_at";

// An outage may leave any number of dead messages at the head of the queue;
// a turn buries so many of them at the most.
constexpr int kMostExpiredPerTurn = 500;

std::int64_t Number(auto value) { return static_cast<std::int64_t>(value); }

// Reads a row of kMessageColumns.
Message ReadMessage(const SqliteStatement& row) {
  Message message;
  message.sequence = row.Int(0);
  std::ranges::copy(row.Blob(1).first(16), message.id.bytes.begin());
  message.message_class = static_cast<MessageClass>(row.Int(2));
  message.state = static_cast<MessageState>(row.Int(3));
  message.recipient = row.Text(4);
  message.text = row.Text(5);
  message.parts = static_cast<int>(row.Int(6));
  message.reference = row.Text(7);
  message.created_at = row.Time(8);
  message.not_before = row.Time(9);
  message.expires_at = row.Time(10);
  message.attempts = static_cast<int>(row.Int(11));
  message.modem = row.Text(12);
  message.error = row.Text(13);
  message.updated_at = row.Time(14);
  return message;
}

class SqliteStore final : public Store {
 public:
  static std::unique_ptr<Store> Make(std::shared_ptr<SqliteDb> db) {
    return std::unique_ptr<Store>(new SqliteStore(std::move(db)));
  }

  Result<void> Insert(std::span<const NewMessage> messages) override;
  Result<Message> Find(const Uuid& id) override;
  Result<std::vector<Message>> List(const ListFilter& filter) override;
  Result<std::vector<StateCount>> CountByState() override;
  Result<std::vector<ModemStatus>> Modems() override;
  Result<SpoolerTurnOutcome> RecordTurn(const SpoolerTurn& turn) override;
  Result<std::vector<Message>> Abandoned(LeaseToken token) override;
  Result<void> TakeOver(std::span<const std::int64_t> sequences,
                        LeaseToken token) override;
  Result<std::optional<WallTime>> NextDue() override;

 private:
  explicit SqliteStore(std::shared_ptr<SqliteDb> db)
      : shared_db_(std::move(db)), db_(*shared_db_) {
    NameStatements();
  }

  void NameStatements();
  Result<void> InTransaction(bool synced,
                             const std::function<Result<void>()>& work);
  Result<std::vector<Message>> Collect(SqliteStatement& statement);
  Result<void> AddParts(Message& message);

  Result<void> WriteIntent(const SpoolerTurn& turn, const PartIntent& intent,
                           SpoolerTurnOutcome* outcome);
  Result<void> WriteResult(const SpoolerTurn& turn, const PartResult& result,
                           SpoolerTurnOutcome* outcome);
  Result<void> WriteChange(const SpoolerTurn& turn, const StateChange& change,
                           SpoolerTurnOutcome* outcome);
  Result<void> WriteModem(const ModemStatus& status);
  Result<void> Expire(Message message, WallTime now,
                      SpoolerTurnOutcome* outcome);
  Result<void> ExpireDead(WallTime now, SpoolerTurnOutcome* outcome);
  Result<void> Lease(const SpoolerTurn& turn, SpoolerTurnOutcome* outcome);
  Result<void> LeaseOfClass(const SpoolerTurn& turn, MessageClass message_class,
                            SpoolerTurnOutcome* outcome);
  // The state of a message that `token` holds; none if it does not.
  Result<std::optional<MessageState>> HeldState(std::int64_t sequence,
                                                LeaseToken token);

  // Whether a part of it may be recorded; if not, that is noted as refused.
  Result<bool> IsHeld(std::int64_t sequence, LeaseToken token,
                      SpoolerTurnOutcome* outcome);

  std::shared_ptr<SqliteDb> shared_db_;
  SqliteDb& db_;
  bool synced_ = true;
  struct Statements {
    std::optional<SqliteStatement> insert, find, parts, next_due, candidates,
        dead, take, held, intent, result, change, expire, abandoned, take_over,
        count, modem, modems;
  } sql_;
};

void SqliteStore::NameStatements() {
  const std::string columns(kMessageColumns);
  const std::pair<std::optional<SqliteStatement>*, std::string> table[] = {
      {&sql_.insert,
       "INSERT INTO message(id, class, state, recipient, text, parts, "
       "reference, created_at, not_before, expires_at, updated_at) "
       "VALUES(?1, ?2, 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?7)"},
      {&sql_.find, "SELECT " + columns + " FROM message WHERE id = ?1"},
      {&sql_.parts,
       "SELECT number, state, modem, message_reference, error_code, "
       "intended_at FROM part WHERE sequence = ?1 ORDER BY number"},
      {&sql_.next_due,
       "SELECT min(not_before) FROM message INDEXED BY message_queued "
       "WHERE state = 0 AND class = ?1"},
      {&sql_.candidates,
       "SELECT " + columns +
           " FROM message INDEXED BY message_queued WHERE state = 0 AND "
           "class = ?1 AND not_before <= ?2 ORDER BY not_before, sequence "
           "LIMIT ?3"},
      {&sql_.dead,
       "SELECT " + columns +
           " FROM message INDEXED BY message_expiry WHERE state = 0 AND "
           "expires_at <= ?1 LIMIT ?2"},
      {&sql_.take,
       "UPDATE message SET state = 1, lease = ?2, updated_at = ?3 "
       "WHERE sequence = ?1 AND state = 0"},
      {&sql_.held,
       "SELECT state FROM message WHERE sequence = ?1 AND lease = ?2"},
      {&sql_.intent,
       "INSERT INTO part(sequence, number, state, modem, intended_at) "
       "VALUES(?1, ?2, 0, ?3, ?4) ON CONFLICT DO UPDATE SET state = 0, "
       "modem = excluded.modem, message_reference = -1, error_code = -1, "
       "intended_at = excluded.intended_at, finished_at = NULL"},
      {&sql_.result,
       "UPDATE part SET state = ?3, message_reference = ?4, error_code = ?5, "
       "finished_at = ?6 WHERE sequence = ?1 AND number = ?2"},
      {&sql_.change,
       "UPDATE message SET state = ?2, not_before = max(not_before, ?3), "
       "attempts = attempts + ?4, modem = coalesce(?5, modem), error = ?6, "
       "updated_at = ?7, lease = iif(?2 = 1, lease, NULL) WHERE sequence = ?1"},
      {&sql_.expire,
       "UPDATE message SET state = 7, updated_at = ?2, lease = NULL, "
       "error = 'its life ended before it could be sent' WHERE sequence = ?1"},
      {&sql_.abandoned,
       "SELECT " + columns +
           " FROM message INDEXED BY message_sending WHERE state = 1 AND "
           "lease IS NOT ?1 ORDER BY sequence"},
      {&sql_.take_over,
       "UPDATE message SET lease = ?2 WHERE sequence = ?1 AND state = 1"},
      {&sql_.modem,
       "INSERT INTO modem(name, state, detail, since, parts_sent, "
       "pin_refused_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6) "
       "ON CONFLICT DO UPDATE SET "
       "state = iif(?2 = '', state, ?2), detail = iif(?2 = '', detail, ?3), "
       "since = iif(?2 = '', since, ?4), "
       "parts_sent = parts_sent + excluded.parts_sent, "
       "pin_refused_at = max(pin_refused_at, excluded.pin_refused_at)"},
      {&sql_.modems,
       "SELECT name, state, detail, since, parts_sent, pin_refused_at "
       "FROM modem ORDER BY name"},
      {&sql_.count, "SELECT state, count(*) FROM message GROUP BY state"},
  };
  for (const auto& [slot, text] : table) {
    slot->emplace(db_.PrepareLater(text));
  }
}

Result<void> SqliteStore::InTransaction(
    bool synced, const std::function<Result<void>()>& work) {
  if (synced != synced_) {
    auto done = db_.Execute(synced ? "PRAGMA synchronous = FULL"
                                   : "PRAGMA synchronous = NORMAL");
    if (!done) return done;
    synced_ = synced;
  }
  auto transaction = SqliteTransaction::Begin(db_);
  if (!transaction) return std::unexpected(transaction.error());
  if (auto done = work(); !done) return done;
  return transaction->Commit();
}

Result<void> SqliteStore::Insert(std::span<const NewMessage> messages) {
  return InTransaction(true, [&]() -> Result<void> {
    for (const NewMessage& message : messages) {
      const auto done = sql_.insert->Bind(message.id.bytes)
                            .Bind(Number(message.message_class))
                            .Bind(message.recipient)
                            .Bind(message.text)
                            .Bind(Number(message.parts))
                            .BindNullIfEmpty(message.reference)
                            .Bind(message.created_at)
                            .Bind(message.not_before)
                            .Bind(message.expires_at)
                            .Run();
      if (!done) return std::unexpected(done.error());
    }
    return {};
  });
}

Result<void> SqliteStore::AddParts(Message& message) {
  auto& parts = *sql_.parts;
  parts.Bind(message.sequence);
  for (;;) {
    const auto row = parts.Step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
    message.part_records.push_back(
        {.number = static_cast<int>(parts.Int(0)),
         .state = static_cast<PartState>(parts.Int(1)),
         .modem = std::string(parts.Text(2)),
         .message_reference = static_cast<int>(parts.Int(3)),
         .error_code = static_cast<int>(parts.Int(4)),
         .intended_at = parts.Time(5)});
  }
}

Result<std::vector<Message>> SqliteStore::Collect(SqliteStatement& statement) {
  std::vector<Message> messages;
  for (;;) {
    const auto row = statement.Step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return messages;
    messages.push_back(ReadMessage(statement));
  }
}

Result<Message> SqliteStore::Find(const Uuid& id) {
  sql_.find->Bind(id.bytes);
  auto found = Collect(*sql_.find);
  if (!found) return std::unexpected(found.error());
  if (found->empty()) {
    return Fail(ErrorKind::kNotFound, "no message has this id");
  }
  Message message = std::move(found->front());
  if (auto done = AddParts(message); !done) {
    return std::unexpected(done.error());
  }
  return message;
}

Result<std::vector<Message>> SqliteStore::List(const ListFilter& filter) {
  std::string sql =
      "SELECT sequence, id, class, state, recipient, '', parts, "
      "reference, created_at, not_before, expires_at, attempts, "
      "modem, error, updated_at FROM message WHERE true";
  if (filter.state) {
    sql += fmt::format(" AND state = {}", Number(*filter.state));
  }
  if (!filter.recipient.empty()) sql += " AND recipient = ?1";
  if (filter.after) {
    sql += " AND sequence < (SELECT sequence FROM message WHERE id = ?2)";
  }
  sql += fmt::format(" ORDER BY sequence DESC LIMIT {}", filter.limit);
  auto statement = db_.Prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  statement->Bind(filter.recipient);
  if (filter.after) statement->Bind(filter.after->bytes);
  return Collect(*statement);
}

Result<std::vector<StateCount>> SqliteStore::CountByState() {
  std::vector<StateCount> counts;
  for (;;) {
    const auto row = sql_.count->Step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return counts;
    counts.push_back(
        {static_cast<MessageState>(sql_.count->Int(0)), sql_.count->Int(1)});
  }
}

Result<std::optional<MessageState>> SqliteStore::HeldState(
    std::int64_t sequence, LeaseToken token) {
  sql_.held->Bind(sequence).Bind(token);
  const auto row = sql_.held->Step();
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::nullopt;
  const auto state = static_cast<MessageState>(sql_.held->Int(0));
  sql_.held->Reset();
  return state;
}

Result<SpoolerTurnOutcome> SqliteStore::RecordTurn(const SpoolerTurn& turn) {
  SpoolerTurnOutcome outcome;
  const bool synced =
      !(turn.intents.empty() && turn.results.empty() && turn.changes.empty());
  const auto done = InTransaction(synced, [&]() -> Result<void> {
    for (const auto& result : turn.results) {
      if (auto ok = WriteResult(turn, result, &outcome); !ok) return ok;
    }
    for (const auto& change : turn.changes) {
      if (auto ok = WriteChange(turn, change, &outcome); !ok) return ok;
    }
    for (const auto& intent : turn.intents) {
      if (auto ok = WriteIntent(turn, intent, &outcome); !ok) return ok;
    }
    for (const auto& status : turn.modems) {
      if (auto ok = WriteModem(status); !ok) return ok;
    }
    if (turn.expire) {
      if (auto ok = ExpireDead(turn.now, &outcome); !ok) return ok;
    }
    return Lease(turn, &outcome);
  });
  if (!done) return std::unexpected(done.error());
  return outcome;
}

Result<bool> SqliteStore::IsHeld(std::int64_t sequence, LeaseToken token,
                                 SpoolerTurnOutcome* outcome) {
  const auto state = HeldState(sequence, token);
  if (!state) return std::unexpected(state.error());
  if (*state == MessageState::kSending) return true;
  outcome->refused.push_back(sequence);
  return false;
}

Result<void> SqliteStore::WriteIntent(const SpoolerTurn& turn,
                                      const PartIntent& intent,
                                      SpoolerTurnOutcome* outcome) {
  const auto held = IsHeld(intent.sequence, turn.token, outcome);
  if (!held) return std::unexpected(held.error());
  if (!*held) return {};
  const auto done = sql_.intent->Bind(intent.sequence)
                        .Bind(Number(intent.number))
                        .Bind(intent.modem)
                        .Bind(intent.at)
                        .Run();
  if (!done) return std::unexpected(done.error());
  return {};
}

Result<void> SqliteStore::WriteResult(const SpoolerTurn& turn,
                                      const PartResult& result,
                                      SpoolerTurnOutcome* outcome) {
  const auto held = IsHeld(result.sequence, turn.token, outcome);
  if (!held) return std::unexpected(held.error());
  if (!*held) return {};
  const auto done = sql_.result->Bind(result.sequence)
                        .Bind(Number(result.number))
                        .Bind(Number(result.state))
                        .Bind(Number(result.message_reference))
                        .Bind(Number(result.error_code))
                        .Bind(result.at)
                        .Run();
  if (!done) return std::unexpected(done.error());
  return {};
}

Result<void> SqliteStore::WriteChange(const SpoolerTurn& turn,
                                      const StateChange& change,
                                      SpoolerTurnOutcome* outcome) {
  const auto state = HeldState(change.sequence, turn.token);
  if (!state) return std::unexpected(state.error());
  if (!*state || !MayBecome(**state, change.to)) {
    outcome->refused.push_back(change.sequence);
    return {};
  }
  const auto done = sql_.change->Bind(change.sequence)
                        .Bind(Number(change.to))
                        .Bind(change.not_before)
                        .Bind(std::int64_t{change.counts_attempt})
                        .BindNullIfEmpty(change.modem)
                        .BindNullIfEmpty(change.error)
                        .Bind(change.at)
                        .Run();
  if (!done) return std::unexpected(done.error());
  return {};
}

Result<void> SqliteStore::WriteModem(const ModemStatus& status) {
  const auto done = sql_.modem->Bind(status.name)
                        .Bind(status.state)
                        .Bind(status.detail)
                        .Bind(status.since)
                        .Bind(status.parts_sent)
                        .Bind(status.pin_refused_at)
                        .Run();
  if (!done) return std::unexpected(done.error());
  return {};
}

Result<std::vector<ModemStatus>> SqliteStore::Modems() {
  auto& row = *sql_.modems;
  std::vector<ModemStatus> modems;
  for (;;) {
    const auto more = row.Step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return modems;
    modems.push_back({.name = std::string(row.Text(0)),
                      .state = std::string(row.Text(1)),
                      .detail = std::string(row.Text(2)),
                      .since = row.Time(3),
                      .parts_sent = row.Int(4),
                      .pin_refused_at = row.Time(5)});
  }
}

Result<void> SqliteStore::Expire(Message message, WallTime now,
                                 SpoolerTurnOutcome* outcome) {
  const auto done = sql_.expire->Bind(message.sequence).Bind(now).Run();
  if (!done) return std::unexpected(done.error());
  message.state = MessageState::kExpired;
  outcome->expired.push_back(std::move(message));
  return {};
}

Result<void> SqliteStore::ExpireDead(WallTime now,
                                     SpoolerTurnOutcome* outcome) {
  sql_.dead->Bind(now).Bind(Number(kMostExpiredPerTurn));
  auto dead = Collect(*sql_.dead);
  if (!dead) return std::unexpected(dead.error());
  for (Message& message : *dead) {
    if (auto done = Expire(std::move(message), now, outcome); !done) {
      return done;
    }
  }
  return {};
}

Result<void> SqliteStore::Lease(const SpoolerTurn& turn,
                                SpoolerTurnOutcome* outcome) {
  for (int i = 0; i < kMessageClassCount; ++i) {
    const auto done = LeaseOfClass(turn, static_cast<MessageClass>(i), outcome);
    if (!done) return done;
  }
  return {};
}

Result<void> SqliteStore::LeaseOfClass(const SpoolerTurn& turn,
                                       MessageClass message_class,
                                       SpoolerTurnOutcome* outcome) {
  for (;;) {
    const int wanted =
        turn.lease_limit - static_cast<int>(outcome->leased.size());
    if (wanted <= 0 || outcome->expired.size() >= kMostExpiredPerTurn) {
      return {};
    }
    sql_.candidates->Bind(Number(message_class))
        .Bind(turn.now)
        .Bind(Number(wanted));
    auto candidates = Collect(*sql_.candidates);
    if (!candidates) return std::unexpected(candidates.error());
    if (candidates->empty()) return {};
    for (Message& message : *candidates) {
      if (message.expires_at <= turn.now) {
        auto done = Expire(std::move(message), turn.now, outcome);
        if (!done) return done;
        continue;
      }
      const auto done = sql_.take->Bind(message.sequence)
                            .Bind(turn.token)
                            .Bind(turn.now)
                            .Run();
      if (!done) return std::unexpected(done.error());
      message.state = MessageState::kSending;
      if (auto added = AddParts(message); !added) return added;
      outcome->leased.push_back(std::move(message));
    }
  }
}

Result<std::vector<Message>> SqliteStore::Abandoned(LeaseToken token) {
  sql_.abandoned->Bind(token);
  auto messages = Collect(*sql_.abandoned);
  if (!messages) return messages;
  for (Message& message : *messages) {
    if (auto done = AddParts(message); !done) {
      return std::unexpected(done.error());
    }
  }
  return messages;
}

Result<void> SqliteStore::TakeOver(std::span<const std::int64_t> sequences,
                                   LeaseToken token) {
  return InTransaction(true, [&]() -> Result<void> {
    for (const auto sequence : sequences) {
      const auto done = sql_.take_over->Bind(sequence).Bind(token).Run();
      if (!done) return std::unexpected(done.error());
    }
    return {};
  });
}

Result<std::optional<WallTime>> SqliteStore::NextDue() {
  std::optional<WallTime> earliest;
  for (int i = 0; i < kMessageClassCount; ++i) {
    sql_.next_due->Bind(std::int64_t{i});
    const auto row = sql_.next_due->Step();
    if (!row) return std::unexpected(row.error());
    if (*row && !sql_.next_due->IsNull(0)) {
      const WallTime due = sql_.next_due->Time(0);
      if (!earliest || due < *earliest) earliest = due;
    }
    sql_.next_due->Reset();
  }
  return earliest;
}

Result<SqliteDb> OpenDb(const std::string& path,
                        const SqliteStoreOptions& options) {
  auto db = SqliteDb::Open(path, {.busy_timeout = options.busy_timeout,
                                  .busy_pause = options.busy_pause});
  if (!db) return db;
  if (auto done = db->UseWriteAheadLog(); !done) {
    return std::unexpected(done.error());
  }
  if (auto done = db->Execute("PRAGMA synchronous = FULL"); !done) {
    return std::unexpected(done.error());
  }
  if (auto done = db->KeepLogOnClose(); !done) {
    return std::unexpected(done.error());
  }
  if (auto done = MigrateSchema(*db); !done) {
    return std::unexpected(done.error());
  }
  return db;
}

}  // namespace

Result<SqliteStores> OpenSqliteStores(const std::string& path,
                                      SqliteStoreOptions options) {
  auto opened = OpenDb(path, options);
  if (!opened) {
    return Fail(opened.error().kind, path + ": " + opened.error().message);
  }
  auto db = std::make_shared<SqliteDb>(std::move(*opened));
  return SqliteStores{SqliteStore::Make(db), MakeSqliteKnownNumbers(db)};
}

}  // namespace smsweb
