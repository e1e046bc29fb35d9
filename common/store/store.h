// The durable queue, as the programs see it. SQLite implements it
// (sqlite_store.h); a second store must pass the same contract
// (tests/store_contract_test.cc).
//
// A Store is one connection: use it from one thread. Every call that changes
// something is one transaction, and has either happened whole or not at all.
// Unless said otherwise, a change is on disk when the call returns.
//
// Errors: kUnavailable, where the same call may work later (locked by another
// process, disk full, I/O error); kInternal for a store that is broken.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/digest.h"
#include "common/base/error.h"
#include "common/store/client_key.h"
#include "common/store/limit.h"
#include "common/store/message.h"
#include "common/store/modem_request.h"
#include "common/store/outbox.h"
#include "common/store/received.h"
#include "common/store/verification.h"

namespace smsweb {

// What came of one intake, once it is committed.
struct IntakeOutcome {
  enum class Kind {
    kTaken,     // but for those in the next two
    kRepeated,  // its key was used for the same request: `answer` is its answer
    kKeyReused,  // its key was used for another request: nothing was taken
    kOvertaken,  // its batch is not where the step begins: nothing was taken
    kLimited     // its client has sent as much as it may: nothing was taken
  } kind = Kind::kTaken;
  std::vector<std::size_t> opted_out;  // places of those whose recipients want
                                       // nothing from us
  struct Duplicate {
    std::size_t place;
    Uuid first;  // the message that it repeats
  };
  std::vector<Duplicate> duplicates;
  std::string answer;
  std::optional<WallTime> retry_at;  // kLimited; none: it never fits
  std::string limit;                 // kLimited: which, for people
};

// Messages that grow together under one id: those of one request, or of an
// import, which adds to them transaction by transaction.
struct BatchStep {
  Uuid id;
  std::int64_t rejected = 0;  // in this step, before they came to the store
  std::int64_t lines = 0;     // of an import: read so far, in all
  std::int64_t behind = 0;    // and before this step, so that no two importers
                              // take the same lines
  bool finished = true;       // false: more will come
};

// The messages of one request (or of a piece of an import), and what makes it
// one that is taken once: all that may be sent are taken, or none is.
struct Intake {
  std::string client;
  std::vector<NewMessage> messages;
  WallTime now;
  std::optional<BatchStep> batch;

  // Idempotency-Key. `fingerprint` tells requests apart; `answer` writes down
  // what this one is answered, where some of it is taken (or its batch is
  // begun, and more will come): else the key is as good as new.
  std::string key;  // empty: none
  Digest256 fingerprint{};
  WallTime key_expires_at{};
  std::function<std::string(const Intake&, const IntakeOutcome&)> answer;

  // A message of the same client to the same number with the same text and
  // class, not older than this, is not taken again; but where only one of the
  // two waits for its time, or each for another. 0: there is no such window.
  Millis duplicate_window{0};
  // Messages follow the SIM through which their recipient was spoken to since
  // then; but for codes, which nobody answers, and which must not wait for one.
  // None: conversations are not looked at.
  std::optional<WallTime> conversations_since;
  std::vector<LimitUse> limits;  // each counts all of its messages
};

// What the endpoint changes, and what came of it, in the same order.
using Change = std::variant<const Intake*, const VerificationStart*,
                            const VerificationCheck*, const VerificationEnd*>;
using ChangeOutcome =
    std::variant<IntakeOutcome, StartOutcome, CheckOutcome, EndOutcome>;

struct Batch {
  Uuid id;
  std::string client;
  WallTime created_at;
  std::int64_t accepted = 0;
  std::int64_t rejected = 0;
  std::int64_t lines = 0;
  bool finished = true;
  // By state; states in which there are none are left out.
  std::vector<std::pair<MessageState, std::int64_t>> states;
};

struct CancelOutcome {
  Message message;        // as it is now
  bool cancelled = true;  // false: nothing was changed, for it was too late, or
                          // WasCancelled(message) before
};

// Who holds a message: one per run of a spooler. A change to a message that
// another holder has taken is refused.
using LeaseToken = std::int64_t;

// What is counted of a SIM, in the period that runs: parts, and in a month the
// numbers that it has sent to.
enum class SimCounter : std::uint8_t {
  kMinute,
  kHour,
  kDay,
  kMonth,
  kRecipients
};
inline constexpr std::size_t kSimCounterCount = 5;
inline constexpr std::array kPartCounters = {
    SimCounter::kMinute, SimCounter::kHour, SimCounter::kDay,
    SimCounter::kMonth};
// In an array that has something for each.
constexpr std::size_t Place(SimCounter counter) {
  return static_cast<std::size_t>(counter);
}

// One part goes through a SIM, and counts in the periods that began then.
struct SimUse {
  std::string sim;  // IMSI, or what stands for it
  std::string recipient;
  std::array<WallTime, kSimCounterCount> began_at{};
  WallTime BeganAt(SimCounter counter) const {
    return began_at[Place(counter)];
  }
};

struct SimUsage {
  std::string sim;
  struct Count {
    WallTime began_at{};
    std::int64_t used = 0;
  };
  std::array<Count, kSimCounterCount> counts{};
};

struct SimMonth {
  std::string sim;
  WallTime began_at;

  bool operator==(const SimMonth&) const = default;
};

struct PartIntent {
  std::int64_t sequence;
  int number;
  std::string modem;
  WallTime at;
  std::string sim;
  std::optional<SimUse> use{};  // counted with it
};

struct PartResult {
  std::int64_t sequence;
  int number;
  PartState state;
  int message_reference = -1;
  int error_code = -1;
  WallTime at;
  bool awaits_report = false;      // a report was asked for, and none has come
  std::optional<SimUse> unused{};  // its intent's: it did not go, and is no
                                   // longer counted
};

// A report that was found to be a part's: marks the part, and settles its
// message. The message needs no lease: it must be kSent or kUnknown, and `to`
// may follow that, else only the part is marked. A report that is some part's
// already changes nothing. With kNoReport only `to` and `error` are looked at:
// the parts have been marked before their message was sent.
struct Settlement {
  Fingerprint report;  // which has been recorded, or is in the same turn
  std::int64_t sequence = 0;
  int number = 1;
  int status = -1;                 // TP-ST
  bool final = true;               // no other report will come for this part
  std::optional<MessageState> to;  // none: other parts are still open
  std::string error;               // why, for kUndelivered
  WallTime at;
  bool MarksPart() const { return report != kNoReport; }
};

struct StateChange {
  std::int64_t sequence;
  MessageState to;
  WallTime not_before{};       // for kQueued: when to try again
  bool counts_attempt = true;  // false: nothing was tried
  std::string modem;           // empty: leave it as it is
  std::string error;
  WallTime at;
  std::optional<std::string> lane;  // none: it stays in its lane
  std::string avoid;                // as Message has it
};

// A recipient was spoken to through this SIM, or has written to it.
struct Conversation {
  std::string recipient;
  std::string group;  // of the modem: a conversation is one within a group
  std::string sim;
  WallTime at;
};

// What is looked for among the queued messages of one lane and class is looked
// for among so many of the first.
inline constexpr int kFarthestLook = 1000;

// More are not counted, for it is done often.
inline constexpr std::int64_t kMostCodesCounted = 10'000;

// Queued messages of one lane and class change to another lane.
struct LaneChange {
  std::string from;
  std::string to;
  MessageClass message_class;
  // Only messages to numbers that this SIM has not sent to in this month, of
  // the first kFarthestLook.
  std::optional<SimMonth> unknown_to{};
};

// What may be taken for one modem, or for several that serve the same lanes.
struct LeaseRequest {
  std::vector<std::string> lanes = {""};
  int limit = 0;
  std::array<bool, kMessageClassCount> classes = {true, true, true};
  // Only messages to numbers that this SIM has sent to in this month. Of each
  // lane and class they are looked for among the first kFarthestLook: what is
  // behind waits.
  std::optional<SimMonth> known_to{};

  bool operator==(const LeaseRequest&) const = default;
};

// What a modem's `detail` is, where its spooler has gone.
inline constexpr std::string_view kSpoolerEnded = "smswebd ended";

// How a modem fares, as its spooler last said.
struct ModemStatus {
  std::string name;
  std::string state;   // common/modem/modem.h names them. Recorded empty: this
                       // and the next two stay as they are
  std::string detail;  // why, for people
  WallTime since;
  std::int64_t parts_sent = 0;  // by all spoolers, ever
  Millis part_time{0};          // that a part takes, of late; 0: not measured.
                                // Recorded 0: stays as it is
  WallTime pin_refused_at{};    // the last time; 1970: never
  // Config::modified_at of the configuration that had this PIN; none: not known
  std::optional<WallTime> pin_refused_under{};
  bool pin_accepted = false;  // recorded: both are forgotten
  std::string info;  // what is known of it: a JSON object (docs/internals.md);
                     // recorded empty: stays as it is
};

// What a spooler records and takes in one turn of its loop.
struct SpoolerTurn {
  LeaseToken token;
  WallTime now;
  std::vector<PartIntent> intents;
  std::vector<PartResult> results;
  std::vector<StateChange> changes;
  std::vector<ModemStatus> modems;  // `parts_sent` is what is new
  std::vector<InboundPart> inbound;
  bool inbound_webhook = false;  // messages that become complete, or are shown
                                 // incomplete, go to the outbox, too
  WallTime show_incomplete_before{};  // messages begun before are shown as they
                                      // are; 1970: none
  std::vector<NewReport> reports;
  std::vector<Settlement> settlements;
  std::vector<OptOut> opt_outs;
  std::vector<std::string> opt_ins;   // numbers that leave the list again
  std::vector<std::int64_t> taken;    // requests that are going to be asked
  std::vector<ModemRequest> answers;  // finished ones, by their sequence
  std::vector<Conversation> conversations;
  std::vector<LaneChange> lane_changes;
  std::optional<WallTime> alive_until;  // this spooler, if nothing more comes
  std::vector<LeaseRequest> leases;     // what to take besides
  // Of each class: messages that are due since before this time go before those
  // of classes above it.
  std::array<std::optional<WallTime>, kMessageClassCount> aged_since{};
  bool expire = false;  // look for messages whose life is over, too

  bool Empty() const {
    return intents.empty() && results.empty() && changes.empty() &&
           modems.empty() && inbound.empty() && reports.empty() &&
           settlements.empty() && opt_outs.empty() && opt_ins.empty() &&
           taken.empty() && answers.empty() && conversations.empty() &&
           lane_changes.empty() && !alive_until && leases.empty() && !expire;
  }
};

struct SpoolerTurnOutcome {
  std::vector<Message> leased;   // in the order in which to send them
  std::vector<Message> expired;  // kUnknown where a try may have gone
  // For each LeaseRequest: it was given all that there is for it now.
  std::vector<bool> exhausted;
  // Changes that were refused: not held with this token, or not allowed from
  // the state the message is in.
  std::vector<std::int64_t> refused;
  // As many messages have changed their lane as may in one turn: those of the
  // changes that came last may be left.
  bool more_change_lanes = false;
  // As many were buried as may be in one turn: more dead ones may be left.
  bool more_expired = false;
  bool outbox = false;          // something was put into it
  std::vector<SimUsage> usage;  // of the SIMs of which the turn tells
};

struct InboxFilter {
  std::string sender;
  int limit = 50;
  std::optional<Uuid> after;  // the last id of the page before
};

struct ListFilter {
  std::optional<MessageState> state;
  std::string recipient;
  std::optional<std::string> client;  // none: everybody's
  int limit = 50;
  std::optional<Uuid> after;  // the last id of the page before
};

struct StateCount {
  MessageState state;
  std::int64_t count;
};

// How long things are kept. None: for ever.
struct Retention {
  // Messages, by their state, since they came into it.
  std::array<std::optional<Millis>, kMessageStateCount> messages{};
  // The texts of those that have ended. One of class otp is erased by the
  // change that ends it.
  std::optional<Millis> texts;
  std::optional<Millis> inbox;          // since its message came
  std::optional<Millis> verifications;  // since their life was over
};

// Where a step of upkeep has stopped. The first one begins at {}.
struct UpkeepPlace {
  int chore = 0;
  std::int64_t behind = 0;

  bool operator==(const UpkeepPlace&) const = default;
};

// A step looks at so many rows at the most: it holds the writers' lock.
struct UpkeepStep {
  WallTime now;
  Retention retention;
  UpkeepPlace from;
  int most = 100;
};

struct UpkeepOutcome {
  std::optional<UpkeepPlace> next;  // none: all of it was looked through
  int messages = 0;                 // deleted, with what belongs to them
  int texts = 0;                    // erased
  int inbox = 0;                    // messages deleted
  int others = 0;  // keys, digests, reports, batches, conversations: deleted
};

struct SpaceOutcome {
  bool more = false;       // there is more to give back
  std::int64_t log_bytes;  // of the log, afterwards
};

class Store {
 public:
  virtual ~Store() = default;

  // The endpoint's side.
  //
  // All of the changes in one transaction, each as it says, in turn: a later
  // one finds what an earlier one did. An outcome each, of its own kind.
  virtual Result<std::vector<ChangeOutcome>> Apply(
      std::span<const Change> changes) = 0;
  virtual Result<Message> Find(const Uuid& id) = 0;     // kNotFound
  virtual Result<Batch> FindBatch(const Uuid& id) = 0;  // kNotFound
  // Works until the intent of a part is committed. What may have gone before
  // becomes kUnknown, not kCancelled. kNotFound.
  virtual Result<CancelOutcome> Cancel(const Uuid& id, WallTime now) = 0;
  // Newest first; the texts and the parts are left out.
  virtual Result<std::vector<Message>> List(const ListFilter& filter) = 0;
  virtual Result<std::vector<StateCount>> CountByState() = 0;
  virtual Result<std::vector<ModemStatus>> Modems() = 0;
  // Of class otp, queued and due; kMostCodesCounted at the most.
  virtual Result<std::int64_t> CountQueuedCodes(WallTime now) = 0;

  // As it is at `now`: one whose life is over is kExpired. kNotFound. Without
  // an id, the last one that this client began for this number.
  virtual Result<Verification> FindVerification(const Uuid& id,
                                                WallTime now) = 0;
  virtual Result<Verification> FindVerification(const std::string& client,
                                                const std::string& recipient,
                                                WallTime now) = 0;

  // Who may call. A key that was revoked is not found.
  virtual Result<std::optional<ClientKey>> FindKey(const Digest256& digest) = 0;
  // Not synced. For one call a minute.
  virtual Result<void> RecordKeyUse(const Digest256& digest, WallTime now) = 0;
  // All there ever were, oldest first.
  virtual Result<std::vector<ClientKey>> Keys() = 0;
  virtual Result<void> AddKey(const ClientKey& key,
                              const AuditEntry& audit) = 0;
  // All that are in use of a client, or the one with this id (ApiKeyId); gives
  // them. kNotFound.
  virtual Result<std::vector<ClientKey>> RevokeKeys(
      const std::string& client_or_id, WallTime now,
      const AuditEntry& audit) = 0;
  virtual Result<void> Record(const AuditEntry& entry) = 0;
  // Newest first, from before that sequence (0: from the end).
  virtual Result<std::vector<AuditEntry>> Audit(int limit,
                                                std::int64_t before) = 0;
  // Whom the conversion guard keeps out at `now`.
  virtual Result<std::vector<GuardPause>> Pauses(WallTime now) = 0;
  // What came before it is not held against them again. kNotFound.
  virtual Result<void> EndPause(LimitPer per, const std::string& key,
                                WallTime now, const AuditEntry& audit) = 0;

  // What was received: newest first, complete ones and those shown incomplete.
  virtual Result<std::vector<InboundMessage>> Inbox(
      const InboxFilter& filter) = 0;
  virtual Result<InboundMessage> FindInbound(const Uuid& id) = 0;  // kNotFound

  // Numbers that want nothing from us. The list is by number, from behind
  // `after`. Adding one that is there changes its reason at the most.
  virtual Result<std::optional<OptOut>> FindOptOut(
      const std::string& number) = 0;
  virtual Result<std::vector<OptOut>> OptOuts(int limit,
                                              const std::string& after) = 0;
  virtual Result<void> AddOptOut(const OptOut& opt_out) = 0;
  virtual Result<void> RemoveOptOut(
      const std::string& number) = 0;  // kNotFound

  // What an operator asks of a modem. Adding gives the sequence, by which it is
  // found until it is removed (or a day is over); ring the spooler after it.
  virtual Result<std::int64_t> AddRequest(const ModemRequest& request) = 0;
  virtual Result<ModemRequest> FindRequest(std::int64_t sequence) = 0;
  // Not synced: after a power cut it may be there until its day is over.
  virtual Result<void> RemoveRequest(std::int64_t sequence) = 0;

  // The spooler's side.
  //
  // What was received.
  //
  // Messages of which a part that awaits its report went through `sim` since
  // then, with this message reference or with none that is known; newest first,
  // with their parts.
  virtual Result<std::vector<Message>> AwaitingReport(const std::string& sim,
                                                      int message_reference,
                                                      WallTime since) = 0;
  // Reports that came since then and are nobody's yet; oldest first. With a
  // reference below 0, of any.
  virtual Result<std::vector<StoredReport>> UnmatchedReports(
      const std::string& sim, int message_reference, WallTime since) = 0;
  // What has been counted of all SIMs; and whether one of them has sent to this
  // number in that month.
  virtual Result<std::vector<SimUsage>> Usage() = 0;
  virtual Result<bool> SimKnows(const SimMonth& month,
                                const std::string& recipient) = 0;
  // Unfinished ones, oldest first.
  virtual Result<std::vector<ModemRequest>> Requests() = 0;
  virtual Result<InboundMessage> FindInbound(std::int64_t sequence) = 0;
  // The outbox: who is to be told something, each at the same cost however much
  // it is; and the first of it, by time, due or not.
  virtual Result<std::vector<OutboxReceiver>> OutboxReceivers() = 0;
  virtual Result<std::vector<OutboxItem>> Outbox(const std::string& receiver,
                                                 int limit) = 0;
  // Neither is synced: after a power cut, a receiver may be told again. Drops
  // (some of) what was due before; gives how many.
  virtual Result<void> RecordTries(std::span<const OutboxTry> tries) = 0;
  virtual Result<std::int64_t> DropOutbox(const std::string& receiver,
                                          WallTime due_before) = 0;

  // The queue.
  //
  // Records all that the turn has, expires (some of) what is over, and leases
  // due messages: by class, then by time, then by arrival; of class otp the
  // newest first, for it is the one that somebody still waits for. A turn of
  // nothing but leases, lanes, conversations, how modems fare (but for PINs)
  // and that the spooler lives is not synced (but where lives are over, of
  // which somebody may be told): after a power cut its messages are queued
  // again, none of them has an intent, and the rest is said or found again.
  virtual Result<SpoolerTurnOutcome> RecordTurn(const SpoolerTurn& turn) = 0;
  // Messages in kSending whose holder is not `token`, and has not said that it
  // lives at that time (SpoolerTurn::alive_until), with their parts. No token
  // is 0.
  virtual Result<std::vector<Message>> Abandoned(LeaseToken token,
                                                 WallTime now) = 0;
  // Takes over what is Abandoned(except, now) when it is done, so that a turn
  // can decide on it. Of two that look at once, one has it.
  virtual Result<std::vector<Message>> TakeOver(LeaseToken token,
                                                LeaseToken except,
                                                WallTime now) = 0;
  // When the earliest message is due of those queued that were not due at
  // `now`; none if all were.
  virtual Result<std::optional<WallTime>> NextDue(WallTime now) = 0;
  // The lanes in which messages are queued, due or not.
  virtual Result<std::vector<std::string>> QueuedLanes() = 0;

  // Upkeep.
  //
  // Deletes what has had its time, and erases texts. Not synced: lost in a
  // power cut, it is done again. What is not due costs nothing, however much it
  // is, but for messages that are younger in their state than in the queue.
  virtual Result<UpkeepOutcome> Upkeep(const UpkeepStep& step) = 0;
  // Gives the file's free space back, a piece at a time; with `empty_log`, what
  // has been erased leaves the log, too, if it is free within a moment.
  virtual Result<SpaceOutcome> GiveBackSpace(bool empty_log) = 0;
};

// What becomes of a message that Apply() leaves out: kConflict.
std::unexpected<Error> RecipientOptedOut();

// Store::Apply for intakes alone, and for one change.
Result<std::vector<IntakeOutcome>> InsertIntakes(
    Store& store, std::span<const Intake* const> intakes);
Result<IntakeOutcome> InsertIntake(Store& store, const Intake& intake);
Result<ChangeOutcome> ApplyChange(Store& store, const Change& change);

}  // namespace smsweb
