#include "fault_vfs/trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "common/base/uuid.h"
#include "common/pdu/segment.h"
#include "common/store/sqlite_store.h"
#include "fault_vfs/raw_db.h"
#include "forwarding_store.h"
#include "insert.h"

namespace smsweb::faults {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using enum MessageState;
using enum MessageClass;

constexpr Millis kStep{500};
constexpr Millis kUntilCalledAgain{1'000};
constexpr Millis kUntilPowerIsBack{1'000};
constexpr Millis kAllHasCome = minutes(3);  // reports, and the inbound message
constexpr Millis kLimit = minutes(60);
// A log that is moved into the database after a few pages, and then begun
// again: that belongs to what a power cut may interrupt.
constexpr int kLogPages = 40;

Result<std::unique_ptr<Store>> OpenWithShortLog(const std::string& path) {
  auto opened = OpenSqliteStores(
      path, {.busy_timeout = Millis(0), .log_pages = kLogPages});
  if (!opened) return std::unexpected(opened.error());
  return std::move(opened->queue);
}

constexpr const char* kInbound =
    "This came in while the disk had its troubles: it is cut in two, since it "
    "is longer than the hundred and sixty characters that fit into one message "
    "of the default alphabet.";

constexpr const char* kConfig = R"(
[spooler]
max_attempts = 5
[[modem]]
name = "a"
device = "/a"
profile = "stores"
[[modem]]
name = "b"
device = "/b"
profile = "stores"
)";

std::string Script() {
  return fmt::format(R"(on pdu to +62811000003: report delivered after 10s
on pdu to +62811000004 #1: cms 42
on pdu to +62811000005: lose; report delivered after 70s
on pdu to +62811000006: cms 1
on pdu to +62811000007: cms 42
modem a at 20s: inbound from +62812 text "{}"
)",
                     kInbound);
}

Scenario TheScenario() {
  return {.name = "trial",
          .modems = {"a", "b"},
          .config = kConfig,
          .profiles = {{"stores",
                        "cnmi = [\"2,1,0,2,0\"]\nreport_storage = \"SR\"\n"}},
          .script = Script(),
          .send_time = seconds(2),
          .steps = {}};
}

bool IsEnd(MessageState state) { return state != kQueued && state != kSending; }

}  // namespace

// ---- The callers

struct Trial::Kind {
  MessageClass message_class = kTransactional;
  const char* recipient = "+62811000001";
  MessageState end = kSent;
  bool report = false;
  int length = 40;  // of its text
  Millis life = minutes(50);
  bool answer_is_lost = false;
};

struct Trial::Request {
  Millis at;
  std::vector<Kind> kinds;  // in one transaction
};

struct Trial::Sent {
  NewMessage message;
  Kind kind;
  std::string tag;    // in each part of its text, and in no other
  bool told = false;  // its caller, that it is taken
  bool machine_lived = true;
};

const std::vector<Trial::Request>& Trial::Requests() {
  static const std::vector<Request> kRequests = {
      {seconds(0), {{}}},
      {seconds(0), {{.message_class = kOtp}}},
      {seconds(1),
       {{.message_class = kBulk},
        {.length = 400},
        {.message_class = kBulk, .length = 200}}},
      {seconds(3),
       {{.recipient = "+62811000003", .end = kDelivered, .report = true}}},
      {seconds(4), {{.recipient = "+62811000004"}}},
      {seconds(6),
       {{.recipient = "+62811000005",
         .end = kDelivered,
         .report = true,
         .answer_is_lost = true}}},
      {seconds(8), {{.recipient = "+62811000006", .end = kFailed}}},
      {seconds(9),
       {{.recipient = "+62811000007", .end = kExpired, .life = seconds(40)}}},
      {seconds(30),
       {{.message_class = kOtp, .length = 200}, {.message_class = kBulk}}},
  };
  return kRequests;
}

std::vector<NewMessage> Trial::Make(const Request& request) {
  std::vector<NewMessage> messages;
  for (const Kind& kind : request.kinds) {
    Sent sent{.message = {}, .kind = kind, .tag = fmt::format("<{}>", ++made_)};
    NewMessage& message = sent.message;
    const WallTime now = world_->clock.Wall();
    message.id = MakeUuidV7(now, world_->random);
    message.message_class = kind.message_class;
    message.recipient = kind.recipient;
    for (int i = 0; static_cast<int>(message.text.size()) < kind.length; ++i) {
      message.text += fmt::format("{}{} ", sent.tag, i);
    }
    message.parts = static_cast<int>(SegmentText(message.text)->parts.size());
    message.report = kind.report;
    message.created_at = message.not_before = now;
    message.expires_at = now + kind.life;
    messages.push_back(message);
    sent_.push_back(std::move(sent));
  }
  return messages;
}

Store* Trial::Endpoint() {
  if (endpoint_ || disk_.dead()) return endpoint_.get();
  auto opened = OpenWithShortLog(path_);
  if (opened) {
    endpoint_ = std::move(*opened);
  } else if (!disk_.dead() && opened.error().kind != ErrorKind::kUnavailable) {
    Complain("can't be opened: " + opened.error().message);
  }
  return endpoint_.get();
}

// What the endpoint does for one request; or one turn of its committer.
void Trial::Call(Request& request) {
  request.at = world_->SinceStart() + kUntilCalledAgain;  // should this fail
  Store* const store = Endpoint();
  const auto messages = Make(request);
  const std::size_t first = sent_.size() - messages.size();
  const auto inserted =
      store ? InsertAll(*store, messages)
            : Fail(ErrorKind::kUnavailable, "the queue can't be opened");
  const bool told = inserted && (!disk_.dead() || RunsOn());
  for (std::size_t i = first; i < sent_.size(); ++i) {
    sent_[i].told = told;
    sent_[i].machine_lived = !disk_.dead();
  }
  if (told) {
    request.kinds.clear();
    if (world_->spooler) world_->spooler->BellRang();
  } else if (!disk_.dead()) {
    ++waits_;
    if (inserted.error().kind != ErrorKind::kUnavailable) {
      Complain("not told to come again: " + inserted.error().message);
    }
  }
}

// ---- The machine

// The spooler's store. It ends with its machine; and it remembers what it has
// said.
class Trial::MortalStore final : public ForwardingStore {
 public:
  MortalStore(std::unique_ptr<Store> inner, Trial& trial)
      : ForwardingStore(*inner), inner_(std::move(inner)), trial_(trial) {}

  Result<SpoolerTurnOutcome> RecordTurn(const SpoolerTurn& turn) override {
    if (trial_.disk_.dead()) throw Killed();
    const std::uint64_t syncs = trial_.disk_.syncs();
    auto outcome = inner_->RecordTurn(turn);
    const bool runs_on = outcome && trial_.RunsOn();
    if (trial_.disk_.dead() && !runs_on) throw Killed();
    if (!outcome) {
      if (outcome.error().kind != ErrorKind::kUnavailable) {
        trial_.Complain("a turn fails: " + outcome.error().message);
      }
      return outcome;
    }
    if (!outcome->leased.empty() && trial_.disk_.syncs() == syncs) {
      ++trial_.leases_without_sync_;
    }
    Remember(turn, *outcome);
    return outcome;
  }

 private:
  void Remember(const SpoolerTurn& turn, const SpoolerTurnOutcome& outcome) {
    if (!outcome.refused.empty()) trial_.Complain("a change was refused");
    for (const PartResult& result : turn.results) {
      if (result.state != PartState::kAccepted) continue;
      trial_.accepted_.insert({result.sequence, result.number});
    }
    for (const StateChange& change : turn.changes) {
      if (IsEnd(change.to)) trial_.ended_[change.sequence] = change.to;
    }
  }

  const std::unique_ptr<Store> inner_;
  Trial& trial_;
};

Trial::Trial(FaultDisk& disk, std::vector<Cut> cuts)
    : disk_(disk), cuts_(std::move(cuts)), open_requests_(Requests()) {
  PowerUp();
  world_ = std::make_unique<World>(
      TheScenario(), Delivery::kWhole, 1,
      [this](const std::string& path) { return Open(path); });
}

Trial::~Trial() = default;

void Trial::PowerUp() {
  ++lives_;
  if (next_cut_ == cuts_.size()) return;
  const Cut& cut = cuts_[next_cut_++];
  disk_.CutAtSync(cut.sync, cut.moment);
}

Result<std::unique_ptr<Store>> Trial::Open(const std::string& path) {
  path_ = path;
  const bool was_cut = disk_.dead();
  if (was_cut) {
    endpoint_.reset();
    disk_.Restore(cuts_[next_cut_ - 1].survivors);
    PowerUp();
  }
  auto opened = OpenWithShortLog(path);
  if (was_cut && opened && !disk_.dead()) LookAtImage();
  if (!opened) return std::unexpected(opened.error());
  return std::make_unique<MortalStore>(std::move(*opened), *this);
}

// As the power cut has left it.
void Trial::LookAtImage() {
  RawDb raw(path_);
  const auto found = raw.Column(
      "SELECT DISTINCT part.sequence FROM part JOIN message USING(sequence) "
      "WHERE message.state = 1 AND part.state = 0");
  for (const auto& sequence : found) ++in_doubt_[std::stoll(sequence)];
  CheckPromises();
}

bool Trial::RunsOn() const {
  return next_cut_ > 0 && cuts_[next_cut_ - 1].runs_on;
}

std::string Trial::Trace() const {
  return world_->trace.Show() + world_->Log();
}

bool Trial::Settled() {
  if (!open_requests_.empty() || !world_->spooler || disk_.dead() ||
      LeftOnSims() > 0) {
    return false;
  }
  const auto counts = world_->store->CountByState();
  return counts && std::ranges::all_of(*counts, [](const StateCount& row) {
           return IsEnd(row.state);
         });
}

int Trial::LeftOnSims() const {
  using enum sim::Memory::Name;
  int left = 0;
  for (const auto& port : world_->ports()) {
    left += port->Stored(kSim) + port->Stored(kReports);
  }
  return left;
}

std::vector<std::string> Trial::Play() {
  Millis now{0};
  for (; now < kLimit && (now < kAllHasCome || !Settled()); now += kStep) {
    world_->AdvanceTo(now);
    meanwhile(now);
    for (Request& request : open_requests_) {
      if (request.at <= now) Call(request);
    }
    std::erase_if(open_requests_,
                  [](const Request& request) { return request.kinds.empty(); });
    if (disk_.dead() && world_->spooler) world_->Kill(kUntilPowerIsBack);
  }
  if (now >= kLimit) Complain("it never settles");
  Check();
  return complaints_;
}

// ---- The oracle

void Trial::Check() {
  for (const Sent& sent : sent_) CheckMessage(sent);
  CheckPromises();
  CheckReceived();
  CheckFile();
}

void Trial::CheckMessage(const Sent& sent) {
  const auto message = world_->store->Find(sent.message.id);
  if (!message) {
    if (message.error().kind != ErrorKind::kNotFound) {
      Complain("can't be looked up: " + message.error().message);
    }
    if (sent.told) Complain(sent.tag + " is lost after 202");
    return CheckAir(sent, nullptr);
  }
  if (!sent.told && sent.machine_lived && lives_ == 1) {
    Complain(sent.tag + " is there, though its caller was told that it is not");
  }
  CheckState(sent, *message);
  CheckAir(sent, &*message);
}

void Trial::CheckState(const Sent& sent, const Message& message) {
  const bool in_doubt = in_doubt_.contains(message.sequence);
  std::set<MessageState> allowed = {sent.kind.end};
  if (in_doubt && sent.kind.message_class != kOtp) {
    allowed = {kUnknown};
    if (sent.kind.report) allowed.insert({kSent, kDelivered});
  }
  if (sent.kind.answer_is_lost && lives_ > 1) allowed.insert(kUnknown);
  if (!allowed.contains(message.state)) {
    Complain(fmt::format("{} became {}{}", sent.tag, ToString(message.state),
                         in_doubt ? ", and was in doubt" : ""));
  }
  for (const Part& part : message.part_records) {
    if (part.state == PartState::kIntended) {
      Complain(sent.tag + " has an intent without a result, in the end");
    }
  }
}

// Without `message`: it is not in the queue.
void Trial::CheckAir(const Sent& sent, const Message* message) {
  std::map<std::string, int> carried;  // by the text of the part
  for (const Arrival& part : world_->phones.parts) {
    if (part.text.find(sent.tag) != part.text.npos) ++carried[part.text];
  }
  const int parts = static_cast<int>(carried.size());
  const auto state = message ? message->state : kCancelled;
  const auto name = message ? ToString(state) : "not there";
  const bool went =
      state == kSent || state == kDelivered || state == kUndelivered;
  if (went && parts != sent.message.parts) {
    Complain(fmt::format("{} is {}, and {} of its {} parts went", sent.tag,
                         name, parts, sent.message.parts));
  }
  if (!went && state != kUnknown && parts > 0) {
    Complain(fmt::format("{} went, and is {}", sent.tag, name));
  }
  const auto doubts =
      message ? in_doubt_.find(message->sequence) : in_doubt_.end();
  const bool repeats =
      sent.kind.message_class == kOtp && doubts != in_doubt_.end();
  for (const auto& [text, times] : carried) {
    if (times > (repeats ? 1 + doubts->second : 1)) {
      Complain(fmt::format("a part of {} went {} times", sent.tag, times));
    }
  }
}

void Trial::CheckPromises() {
  RawDb raw(path_);
  for (const auto& [sequence, number] : accepted_) {
    const auto state =
        raw.Column(fmt::format("SELECT state FROM part WHERE sequence = {} AND "
                               "number = {}",
                               sequence, number)
                       .c_str());
    if (state != std::vector<std::string>{"1"}) {
      Complain(fmt::format("a result of message {} was on the disk, and is not",
                           sequence));
    }
  }
  for (const auto& [sequence, end] : ended_) {
    const auto state = raw.Column(
        fmt::format("SELECT state FROM message WHERE sequence = {}", sequence)
            .c_str());
    const auto now = state.empty()
                         ? std::optional<MessageState>()
                         : static_cast<MessageState>(std::stoi(state[0]));
    if (!now || (*now != end && !MayBecome(end, *now))) {
      Complain(fmt::format("the end of message {} was on the disk, and is not",
                           sequence));
    }
  }
}

void Trial::CheckReceived() {
  const auto inbox = world_->store->Inbox({.limit = 100});
  if (!inbox || inbox->size() != 1 || inbox->front().text != kInbound) {
    Complain(fmt::format("the inbox has {} messages, or not the one that came",
                         inbox ? inbox->size() : 0));
  }
  if (LeftOnSims() > 0) Complain("something is left in a modem's memory");
}

void Trial::CheckFile() {
  const auto verdict = RawDb(path_).Column("PRAGMA integrity_check");
  if (verdict != std::vector<std::string>{"ok"}) {
    Complain("integrity_check: " + (verdict.empty() ? "?" : verdict[0]));
  }
}

}  // namespace smsweb::faults
