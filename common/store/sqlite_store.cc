#include "common/store/sqlite_store.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "common/store/file_access.h"
#include "common/store/schema.h"
#include "common/store/sqlite_client_keys.h"
#include "common/store/sqlite_db.h"
#include "common/store/sqlite_inbox.h"
#include "common/store/sqlite_intake.h"
#include "common/store/sqlite_known_numbers.h"
#include "common/store/sqlite_leases.h"
#include "common/store/sqlite_limits.h"
#include "common/store/sqlite_modems.h"
#include "common/store/sqlite_opt_outs.h"
#include "common/store/sqlite_outbox.h"
#include "common/store/sqlite_queue.h"
#include "common/store/sqlite_reports.h"
#include "common/store/sqlite_upkeep.h"
#include "common/store/sqlite_usage.h"
#include "common/store/sqlite_verifications.h"

namespace smsweb {
namespace {

// The SIM counts refused PINs, and remembers over a power cut.
bool TellsOfPin(const ModemStatus& status) {
  return status.pin_accepted || status.pin_refused_at > WallTime();
}

// What the network or an operator has been told, or will be, on the strength of
// this turn. The rest would only be done again.
bool NeedsSync(const SpoolerTurn& turn) {
  return !(turn.intents.empty() && turn.results.empty() &&
           turn.changes.empty() && turn.inbound.empty() &&
           turn.reports.empty() && turn.settlements.empty() &&
           turn.opt_outs.empty() && turn.opt_ins.empty() &&
           turn.taken.empty() && turn.answers.empty()) ||
         std::ranges::any_of(turn.modems, TellsOfPin);
}

class SqliteStore final : public Store {
 public:
  SqliteStore(std::shared_ptr<SqliteDb> db, bool keep_texts)
      : shared_db_(std::move(db)),
        db_(*shared_db_),
        limits_(db_),
        intake_(db_, limits_),
        queue_(db_, keep_texts),
        leases_(db_, keep_texts),
        outbox_(db_, queue_),
        verifications_(db_, intake_, limits_, queue_, outbox_),
        keys_(db_),
        inbox_(db_, outbox_),
        reports_(db_),
        opt_outs_(db_),
        modems_(db_),
        upkeep_(db_),
        usage_(db_) {}

  Result<std::vector<ChangeOutcome>> Apply(
      std::span<const Change> changes) override;
  Result<Message> Find(const Uuid& id) override { return queue_.Find(id); }
  Result<Batch> FindBatch(const Uuid& id) override {
    return intake_.FindBatch(id);
  }
  Result<CancelOutcome> Cancel(const Uuid& id, WallTime now) override;
  Result<std::vector<Message>> List(const ListFilter& filter) override {
    return queue_.List(filter);
  }
  Result<std::vector<StateCount>> CountByState() override {
    return queue_.CountByState();
  }

  Result<Verification> FindVerification(const Uuid& id, WallTime now) override {
    return verifications_.Find(id, now);
  }
  Result<Verification> FindVerification(const std::string& client,
                                        const std::string& recipient,
                                        WallTime now) override {
    return verifications_.Find(client, recipient, now);
  }

  Result<std::optional<ClientKey>> FindKey(const Digest256& digest) override {
    return keys_.Find(digest);
  }
  Result<void> RecordKeyUse(const Digest256& digest, WallTime now) override {
    return InTransaction(false, [&] { return keys_.RecordUse(digest, now); });
  }
  Result<std::vector<ClientKey>> Keys() override { return keys_.All(); }
  Result<void> AddKey(const ClientKey& key, const AuditEntry& audit) override;
  Result<std::vector<ClientKey>> RevokeKeys(const std::string& client_or_id,
                                            WallTime now,
                                            const AuditEntry& audit) override;
  Result<void> Record(const AuditEntry& entry) override {
    return InTransaction(true, [&] { return keys_.Record(entry); });
  }
  Result<std::vector<AuditEntry>> Audit(int limit,
                                        std::int64_t before) override {
    return keys_.Audit(limit, before);
  }
  Result<std::vector<GuardPause>> Pauses(WallTime now) override {
    return limits_.Pauses(now);
  }
  Result<void> EndPause(LimitPer per, const std::string& key, WallTime now,
                        const AuditEntry& audit) override;

  Result<std::vector<ModemStatus>> Modems() override { return modems_.List(); }
  Result<std::int64_t> CountQueuedCodes(WallTime now) override {
    return leases_.CountQueuedCodes(now);
  }
  Result<std::int64_t> AddRequest(const ModemRequest& request) override;
  Result<ModemRequest> FindRequest(std::int64_t sequence) override {
    return modems_.FindRequest(sequence);
  }
  Result<void> RemoveRequest(std::int64_t sequence) override {
    return InTransaction(false,
                         [&] { return modems_.RemoveRequest(sequence); });
  }
  Result<std::vector<ModemRequest>> Requests() override {
    return modems_.OpenRequests();
  }

  Result<std::vector<InboundMessage>> Inbox(
      const InboxFilter& filter) override {
    return inbox_.List(filter);
  }
  Result<InboundMessage> FindInbound(const Uuid& id) override {
    return inbox_.Find(id);
  }
  Result<InboundMessage> FindInbound(std::int64_t sequence) override {
    return inbox_.Find(sequence);
  }
  Result<std::vector<OutboxReceiver>> OutboxReceivers() override {
    return outbox_.Receivers();
  }
  Result<std::vector<OutboxItem>> Outbox(const std::string& receiver,
                                         int limit) override {
    return outbox_.ItemsFor(receiver, limit);
  }
  Result<void> RecordTries(std::span<const OutboxTry> tries) override;
  Result<std::int64_t> DropOutbox(const std::string& receiver,
                                  WallTime due_before) override;

  Result<std::vector<SimUsage>> Usage() override { return usage_.All(); }
  Result<bool> SimKnows(const SimMonth& month,
                        const std::string& recipient) override {
    return usage_.Knows(month, recipient);
  }

  Result<std::optional<OptOut>> FindOptOut(const std::string& number) override {
    return opt_outs_.Find(number);
  }
  Result<std::vector<OptOut>> OptOuts(int limit,
                                      const std::string& after) override {
    return opt_outs_.List(limit, after);
  }
  Result<void> AddOptOut(const OptOut& opt_out) override {
    return InTransaction(true, [&] { return opt_outs_.Add(opt_out); });
  }
  Result<void> RemoveOptOut(const std::string& number) override;

  Result<std::vector<Message>> AwaitingReport(const std::string& sim,
                                              int message_reference,
                                              WallTime since) override {
    return queue_.AwaitingReport(sim, message_reference, since);
  }
  Result<std::vector<StoredReport>> UnmatchedReports(const std::string& sim,
                                                     int message_reference,
                                                     WallTime since) override {
    return reports_.Unmatched(sim, message_reference, since);
  }

  Result<SpoolerTurnOutcome> RecordTurn(const SpoolerTurn& turn) override;
  Result<std::vector<Message>> Abandoned(LeaseToken token,
                                         WallTime now) override {
    return leases_.Abandoned(token, now);
  }
  Result<std::vector<Message>> TakeOver(LeaseToken token, LeaseToken except,
                                        WallTime now) override;
  Result<std::optional<WallTime>> NextDue(WallTime now) override {
    return leases_.NextDue(now);
  }
  Result<std::vector<std::string>> QueuedLanes() override {
    return leases_.QueuedLanes();
  }

  Result<UpkeepOutcome> Upkeep(const UpkeepStep& step) override;
  Result<SpaceOutcome> GiveBackSpace(bool empty_log) override;

 private:
  Result<void> InTransaction(bool synced,
                             const std::function<Result<void>()>& work);
  Result<ChangeOutcome> ApplyOne(const Change& change);
  Result<void> WriteReceived(const SpoolerTurn& turn);
  Result<void> WriteRest(const SpoolerTurn& turn);
  Result<void> TellOfEnds(const SpoolerTurn& turn,
                          const SpoolerTurnOutcome& outcome);

  std::shared_ptr<SqliteDb> shared_db_;
  SqliteDb& db_;
  SqliteLimits limits_;
  SqliteIntake intake_;
  SqliteQueue queue_;
  SqliteLeases leases_;
  SqliteOutbox outbox_;
  SqliteVerifications verifications_;
  SqliteClientKeys keys_;
  SqliteInbox inbox_;
  SqliteReports reports_;
  SqliteOptOuts opt_outs_;
  SqliteModems modems_;
  SqliteUpkeep upkeep_;
  SqliteUsage usage_;
};

Result<void> SqliteStore::InTransaction(
    bool synced, const std::function<Result<void>()>& work) {
  if (auto done = db_.SyncCommits(synced); !done) return done;
  // What is written to a file without a name would be on nobody's disk.
  const auto moved = db_.HasMoved();
  if (!moved) return std::unexpected(moved.error());
  if (*moved) {
    return Fail(ErrorKind::kUnavailable,
                "the queue's file was deleted or replaced: put it back, and "
                "start this program again");
  }
  auto transaction = SqliteTransaction::Begin(db_);
  if (!transaction) return std::unexpected(transaction.error());
  if (auto done = work(); !done) return done;
  return transaction->Commit();
}

Result<ChangeOutcome> SqliteStore::ApplyOne(const Change& change) {
  if (const auto* intake = std::get_if<const Intake*>(&change)) {
    return intake_.Take(**intake);
  }
  if (const auto* start = std::get_if<const VerificationStart*>(&change)) {
    return verifications_.Start(**start);
  }
  if (const auto* check = std::get_if<const VerificationCheck*>(&change)) {
    return verifications_.Check(**check);
  }
  return verifications_.End(*std::get<const VerificationEnd*>(change));
}

Result<std::vector<ChangeOutcome>> SqliteStore::Apply(
    std::span<const Change> changes) {
  std::vector<ChangeOutcome> outcomes;
  outcomes.reserve(changes.size());
  const auto done = InTransaction(true, [&]() -> Result<void> {
    intake_.Begin();
    limits_.Begin();
    for (const Change& change : changes) {
      auto outcome = ApplyOne(change);
      if (!outcome) return std::unexpected(outcome.error());
      outcomes.push_back(std::move(*outcome));
    }
    if (auto ok = limits_.End(); !ok) return ok;
    return intake_.End();
  });
  if (!done) return std::unexpected(done.error());
  return outcomes;
}

Result<void> SqliteStore::AddKey(const ClientKey& key,
                                 const AuditEntry& audit) {
  return InTransaction(true, [&]() -> Result<void> {
    if (auto ok = keys_.Add(key); !ok) return ok;
    return keys_.Record(audit);
  });
}

Result<std::vector<ClientKey>> SqliteStore::RevokeKeys(
    const std::string& client_or_id, WallTime now, const AuditEntry& audit) {
  std::vector<ClientKey> revoked;
  const auto done = InTransaction(true, [&]() -> Result<void> {
    auto all = keys_.All();
    if (!all) return std::unexpected(all.error());
    for (ClientKey& key : *all) {
      const bool named =
          key.client == client_or_id || ApiKeyId(key.digest) == client_or_id;
      if (!named || key.revoked_at) continue;
      if (auto ok = keys_.Revoke(key.digest, now); !ok) return ok;
      key.revoked_at = now;
      revoked.push_back(std::move(key));
    }
    if (revoked.empty()) {
      return Fail(ErrorKind::kNotFound, "no key in use has this name or id");
    }
    return keys_.Record(audit);
  });
  if (!done) return std::unexpected(done.error());
  return revoked;
}

Result<void> SqliteStore::EndPause(LimitPer per, const std::string& key,
                                   WallTime now, const AuditEntry& audit) {
  return InTransaction(true, [&]() -> Result<void> {
    const auto ended = limits_.EndPause(per, key, now);
    if (!ended) return std::unexpected(ended.error());
    if (!*ended) return Fail(ErrorKind::kNotFound, "there is no such pause");
    return keys_.Record(audit);
  });
}

Result<CancelOutcome> SqliteStore::Cancel(const Uuid& id, WallTime now) {
  std::optional<CancelOutcome> outcome;
  const auto done = InTransaction(true, [&]() -> Result<void> {
    auto cancelled = queue_.Cancel(id, now);
    if (!cancelled) return std::unexpected(cancelled.error());
    outcome = std::move(*cancelled);
    if (!outcome->cancelled) return {};
    const Message& message = outcome->message;
    return outbox_.TellOfEnd(message.sequence, message.state, now);
  });
  if (!done) return std::unexpected(done.error());
  return std::move(*outcome);
}

Result<std::int64_t> SqliteStore::AddRequest(const ModemRequest& request) {
  std::int64_t sequence = 0;
  const auto done = InTransaction(true, [&]() -> Result<void> {
    const auto added = modems_.AddRequest(request);
    if (!added) return std::unexpected(added.error());
    sequence = *added;
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return sequence;
}

Result<void> SqliteStore::RemoveOptOut(const std::string& number) {
  return InTransaction(true, [&]() -> Result<void> {
    const auto removed = opt_outs_.Remove(number);
    if (!removed) return std::unexpected(removed.error());
    if (*removed) return {};
    return Fail(ErrorKind::kNotFound, "the number is not on the list");
  });
}

// Results and changes come first: a report may have come in the same turn as
// the answer that made its message sent.
Result<SpoolerTurnOutcome> SqliteStore::RecordTurn(const SpoolerTurn& turn) {
  SpoolerTurnOutcome outcome;
  bool synced = NeedsSync(turn);
  // Somebody may be told of their end.
  if (!synced && (turn.expire || !turn.leases.empty())) {
    const auto dead = leases_.AnyDead(turn.now);
    if (!dead) return std::unexpected(dead.error());
    synced = *dead;
  }
  const auto done = InTransaction(synced, [&]() -> Result<void> {
    if (auto ok = queue_.WriteResults(turn, &outcome); !ok) return ok;
    if (auto ok = queue_.WriteChanges(turn, &outcome); !ok) return ok;
    if (auto ok = queue_.WriteIntents(turn, &outcome); !ok) return ok;
    if (auto ok = usage_.Write(turn, &outcome); !ok) return ok;
    if (auto ok = WriteReceived(turn); !ok) return ok;
    if (auto ok = WriteRest(turn); !ok) return ok;
    if (auto ok = leases_.ChangeLanes(turn, &outcome); !ok) return ok;
    if (turn.expire) {
      if (auto ok = leases_.ExpireDead(turn.now, &outcome); !ok) return ok;
    }
    if (auto ok = leases_.Lease(turn, &outcome); !ok) return ok;
    return TellOfEnds(turn, outcome);
  });
  outcome.outbox = outbox_.TakeNews();
  if (!done) return std::unexpected(done.error());
  return outcome;
}

Result<std::vector<Message>> SqliteStore::TakeOver(LeaseToken token,
                                                   LeaseToken except,
                                                   WallTime now) {
  Result<std::vector<Message>> taken;
  const auto done = InTransaction(true, [&]() -> Result<void> {
    taken = leases_.TakeOver(token, except, now);
    if (!taken) return std::unexpected(taken.error());
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return taken;
}

// In the end, when each message is where this turn leaves it: what was only
// passed through is not told.
Result<void> SqliteStore::TellOfEnds(const SpoolerTurn& turn,
                                     const SpoolerTurnOutcome& outcome) {
  for (const StateChange& change : turn.changes) {
    auto ok = outbox_.TellOfEnd(change.sequence, change.to, change.at);
    if (!ok) return ok;
  }
  for (const Settlement& settlement : turn.settlements) {
    auto ok = settlement.to ? outbox_.TellOfEnd(settlement.sequence,
                                                *settlement.to, settlement.at)
                            : outbox_.TellOfLastReport(settlement.sequence);
    if (!ok) return ok;
  }
  for (const Message& message : outcome.expired) {
    auto ok = outbox_.TellOfEnd(message.sequence, message.state, turn.now);
    if (!ok) return ok;
  }
  return {};
}

Result<void> SqliteStore::RecordTries(std::span<const OutboxTry> tries) {
  return InTransaction(false, [&]() -> Result<void> {
    for (const OutboxTry& outcome : tries) {
      if (auto ok = outbox_.Record(outcome); !ok) return ok;
    }
    return {};
  });
}

Result<std::int64_t> SqliteStore::DropOutbox(const std::string& receiver,
                                             WallTime due_before) {
  std::int64_t count = 0;
  const auto done = InTransaction(false, [&]() -> Result<void> {
    const auto dropped = outbox_.Drop(receiver, due_before);
    if (!dropped) return std::unexpected(dropped.error());
    count = *dropped;
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return count;
}

Result<void> SqliteStore::WriteReceived(const SpoolerTurn& turn) {
  for (const auto& part : turn.inbound) {
    if (auto ok = inbox_.Write(part, turn.inbound_webhook); !ok) return ok;
  }
  if (turn.show_incomplete_before > WallTime()) {
    auto ok = inbox_.ShowIncomplete(turn.show_incomplete_before, turn.now,
                                    turn.inbound_webhook);
    if (!ok) return ok;
  }
  for (const auto& report : turn.reports) {
    if (auto ok = reports_.Write(report); !ok) return ok;
  }
  for (const auto& settlement : turn.settlements) {
    if (auto ok = reports_.Settle(settlement); !ok) return ok;
  }
  return {};
}

// Before messages are leased: to a number that has just left the list, or
// joined it, they are leased as it says.
Result<void> SqliteStore::WriteRest(const SpoolerTurn& turn) {
  for (const auto& status : turn.modems) {
    if (auto ok = modems_.WriteStatus(status); !ok) return ok;
  }
  for (const auto request : turn.taken) {
    if (auto ok = modems_.Take(request); !ok) return ok;
  }
  for (const auto& answer : turn.answers) {
    if (auto ok = modems_.Answer(answer); !ok) return ok;
  }
  for (const auto& opt_out : turn.opt_outs) {
    if (auto ok = opt_outs_.Add(opt_out); !ok) return ok;
  }
  for (const auto& number : turn.opt_ins) {
    const auto removed = opt_outs_.Remove(number);
    if (!removed) return std::unexpected(removed.error());
  }
  for (const auto& conversation : turn.conversations) {
    if (auto ok = intake_.WriteConversation(conversation); !ok) return ok;
  }
  if (turn.alive_until) return leases_.Renew(turn.token, *turn.alive_until);
  return {};
}

Result<UpkeepOutcome> SqliteStore::Upkeep(const UpkeepStep& step) {
  UpkeepOutcome outcome;
  const auto done = InTransaction(false, [&]() -> Result<void> {
    auto taken = upkeep_.Step(step);
    if (!taken) return std::unexpected(taken.error());
    outcome = *taken;
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return outcome;
}

Result<SpaceOutcome> SqliteStore::GiveBackSpace(bool empty_log) {
  SpaceOutcome outcome;
  const auto vacuumed = InTransaction(false, [&]() -> Result<void> {
    const auto more = upkeep_.Vacuum();
    if (!more) return std::unexpected(more.error());
    outcome.more = *more;
    return {};
  });
  if (!vacuumed) return std::unexpected(vacuumed.error());
  if (empty_log) {
    if (auto done = upkeep_.EmptyLog(); !done) {
      return std::unexpected(done.error());
    }
  }
  outcome.log_bytes = db_.LogBytes();
  return outcome;
}

// What is deleted is overwritten, and not just forgotten. Where the log grew
// long, it is cut to that many bytes as it begins anew.
constexpr const char* kSettings =
    "PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 16777216";

// Only a file that has nothing in it heeds this; and in any other it would be a
// write, each time that it is opened.
Result<void> SetUpNewFile(SqliteDb& db) {
  auto pages = db.PrepareLater("PRAGMA page_count");
  const auto row = pages.Step();
  if (!row) return std::unexpected(row.error());
  const bool is_new = *row && pages.Int(0) == 0;
  pages.Reset();
  if (!is_new) return {};
  return db.Execute("PRAGMA auto_vacuum = INCREMENTAL");
}

Result<SqliteDb> OpenDb(const std::string& path,
                        const SqliteStoreOptions& options) {
  auto db = SqliteDb::Open(path, {.busy_timeout = options.busy_timeout,
                                  .busy_pause = options.busy_pause,
                                  .log_pages = options.log_pages});
  if (!db) return db;
  if (auto done = db->KeepLogOnClose(); !done) {
    return std::unexpected(done.error());
  }
  if (auto done = SetUpNewFile(*db); !done) {
    return std::unexpected(done.error());
  }
  if (auto done = db->UseWriteAheadLog(); !done) {
    return std::unexpected(done.error());
  }
  if (auto done = db->SyncCommits(true); !done) {
    return std::unexpected(done.error());
  }
  if (auto done = db->Execute(kSettings); !done) {
    return std::unexpected(done.error());
  }
  // From here on its lock keeps a "smsweb db restore" away.
  const auto moved = db->HasMoved();
  if (!moved) return std::unexpected(moved.error());
  if (*moved) {
    return Fail(ErrorKind::kUnavailable,
                "another file came in its place while it was being opened");
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
    return Fail(opened.error().kind,
                path + ": " + opened.error().message + WhoseFilesBar(path));
  }
  auto db = std::make_shared<SqliteDb>(std::move(*opened));
  return SqliteStores{std::make_unique<SqliteStore>(db, options.keep_texts),
                      MakeSqliteKnownNumbers(db)};
}

}  // namespace smsweb
