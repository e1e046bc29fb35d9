#include "daemon/spooler.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace smsweb {
namespace {

constexpr Millis kFirstStorePause{50};
constexpr Millis kLongestStorePause{5'000};
// Whoever adds a message rings. Should a ring be lost all the same, the message
// is found after this time.
constexpr Millis kLookAnyway{30'000};

LeaseToken MakeToken(Random& random) {
  std::array<std::uint8_t, 7> bytes;
  random.Fill(bytes);
  LeaseToken token = 0;
  for (auto byte : bytes) token = token * 256 + byte;
  return token;
}

PartState PartStateOf(SubmitResult result) {
  switch (result) {
    case SubmitResult::kAccepted:
      return PartState::kAccepted;
    case SubmitResult::kRejected:
      return PartState::kRejected;
    case SubmitResult::kNotSubmitted:
      return PartState::kNotSubmitted;
    case SubmitResult::kUnknown:
      return PartState::kUnknown;
  }
  return PartState::kUnknown;
}

// Modems that could take a message now or after the one they have.
bool IsUp(const ModemPort& port) {
  switch (port.modem().state()) {
    case ModemState::kReady:
    case ModemState::kAwaitingPrompt:
    case ModemState::kAwaitingResult:
    case ModemState::kBusy:
      return true;
    default:
      return false;
  }
}

std::string NumberOrNothing(int number) {
  return number >= 0 ? std::to_string(number) : "";
}

bool SendsBefore(const Message& a, const Message& b) {
  return std::tie(a.message_class, a.not_before, a.sequence) <
         std::tie(b.message_class, b.not_before, b.sequence);
}

}  // namespace

Spooler::Spooler(const Config& config, Store& store, const LineOpener& open,
                 const Clock& clock, Random& random, const Logger& log)
    : config_(config),
      store_(store),
      clock_(clock),
      random_(random),
      log_(log),
      token_(MakeToken(random)) {
  for (ModemConfig modem : config.modems) {
    modem.pin_withheld = PinRefusedEarlier(modem);
    stations_.emplace_back(std::make_unique<ModemPort>(modem, open, log));
  }
  turn_.token = token_;
}

// Three refusals lock a SIM, and an on-demand spooler starts often: after one,
// the PIN is tried again only once the configuration has been changed.
bool Spooler::PinRefusedEarlier(const ModemConfig& modem) const {
  const auto modems = store_.Modems();
  if (!modems) return false;
  return std::ranges::any_of(*modems, [&](const ModemStatus& status) {
    return status.name == modem.name &&
           status.pin_refused_at > config_.modified_at;
  });
}

Attempt Spooler::AttemptAt(const Message& message) {
  std::array<std::uint8_t, 1> byte;
  random_.Fill(byte);
  return {.message_class = message.message_class,
          .number = message.attempts + 1,
          .most = config_.spooler.max_attempts,
          .now = clock_.Wall(),
          .expires_at = message.expires_at,
          .jitter = byte[0] / 255.0};
}

Result<void> Spooler::CleanUp() {
  turn_ = SpoolerTurn{.token = token_};
  const auto abandoned = store_.Abandoned(token_);
  if (!abandoned) return std::unexpected(abandoned.error());
  if (abandoned->empty()) return {};
  std::vector<std::int64_t> sequences;
  for (const Message& message : *abandoned) {
    sequences.push_back(message.sequence);
  }
  if (auto done = store_.TakeOver(sequences, token_); !done) return done;

  for (const Message& message : *abandoned) {
    bool in_doubt = false;
    for (const Part& part : message.part_records) {
      if (part.state != PartState::kIntended) continue;
      in_doubt = true;
      turn_.results.push_back({.sequence = message.sequence,
                               .number = part.number,
                               .state = PartState::kUnknown,
                               .at = clock_.Wall()});
    }
    Conclude(
        message,
        in_doubt ? BlameNobody(AttemptAt(message)) : PutBack(clock_.Wall()),
        "");
  }
  log_.Warning("settled what a spooler that died has left",
               {{"messages", abandoned->size()}});
  turn_.now = clock_.Wall();
  const auto outcome = store_.RecordTurn(turn_);
  if (!outcome) return std::unexpected(outcome.error());
  turn_ = SpoolerTurn{.token = token_};
  return {};
}

void Spooler::Turn(const std::vector<bool>& readable) {
  HearModems(readable);
  const MonoTime now = clock_.Mono();
  if (next_due_ && clock_.Wall() >= *next_due_) look_ = true;
  if (now - looked_at_ >= kLookAnyway) {
    look_ = true;
    looked_at_ = now;
  }
  if (!AnyModemUp()) {
    PutBackReady();
    LookWithoutModem();
  }
  // Messages that one commit leases go out at once, and into the next.
  do {
    GiveWork();
    FlushAll();
  } while (Commit());
  FlushAll();
}

// Nothing can be sent; it still matters whether anything waits.
void Spooler::LookWithoutModem() {
  if (!look_) return;
  turn_.expire = true;
  const auto due = store_.NextDue();
  if (!due) return;
  next_due_ = *due;
  if (!next_due_) look_ = false;
}

void Spooler::HearModems(const std::vector<bool>& readable) {
  const MonoTime now = clock_.Mono();
  for (std::size_t i = 0; i < stations_.size(); ++i) {
    Station& station = stations_[i];
    station.port->Service(i < readable.size() && readable[i], now);
    for (const ModemEvent& event : station.port->TakeEvents(now)) {
      Hear(station, event);
    }
  }
}

void Spooler::Hear(Station& station, const ModemEvent& event) {
  switch (event.kind) {
    case ModemEvent::Kind::kSubmitDone:
      return PartEnded(station, event);
    case ModemEvent::Kind::kPinRefused:
      turn_.modems.push_back(
          {.name = station.name(), .pin_refused_at = clock_.Wall()});
      return;
    case ModemEvent::Kind::kStateChanged:
    case ModemEvent::Kind::kReopenLine:
      return RecordModem(station, event);
    case ModemEvent::Kind::kInfoChanged:
    case ModemEvent::Kind::kIncoming:
    case ModemEvent::Kind::kUssdDone:
    case ModemEvent::Kind::kRecovery:
    case ModemEvent::Kind::kWrongModem:
      return;  // not yet
  }
}

// That a modem waits for a prompt, for a result and is ready again is no news
// to an operator.
void Spooler::RecordModem(Station& station, const ModemEvent& event) {
  if (event.kind == ModemEvent::Kind::kReopenLine) {
    log_.Warning("modem is opened again",
                 {{"modem", station.name()}, {"reason", event.detail}});
    return;
  }
  const bool sending = event.state == ModemState::kAwaitingPrompt ||
                       event.state == ModemState::kAwaitingResult;
  const bool news = event.state != station.told && !sending;
  if (!news && event.detail.empty()) return;
  station.told = event.state;
  log_.Info("modem", {{"modem", station.name()},
                      {"state", ToString(event.state)},
                      {"detail", event.detail}});
  turn_.modems.push_back({.name = station.name(),
                          .state = std::string(ToString(event.state)),
                          .detail = event.detail,
                          .since = clock_.Wall()});
}

void Spooler::PartEnded(Station& station, const ModemEvent& event) {
  if (!station.job) return;
  Job& job = *station.job;
  const JobPart part = std::move(job.parts.front());
  job.parts.pop_front();
  if (station.intent_uncommitted) {
    // The store is failing, and the modem gave up waiting: nothing has left,
    // and the store need not know that anything was meant to.
    std::erase_if(turn_.intents, [&](const PartIntent& intent) {
      return intent.sequence == job.message.sequence;
    });
    station.intent_uncommitted = false;
  } else {
    turn_.results.push_back({.sequence = job.message.sequence,
                             .number = part.number,
                             .state = PartStateOf(event.result),
                             .message_reference = event.message_reference,
                             .error_code = event.error_code,
                             .at = clock_.Wall()});
  }
  log_.Info("part",
            {{"id", ToString(job.message.id)},
             {"modem", station.name()},
             {"part", part.number},
             {"of", job.message.parts},
             {"result", ToString(event.result)},
             {"message_reference", NumberOrNothing(event.message_reference)},
             {"cms_error", NumberOrNothing(event.error_code)}});
  const bool accepted = event.result == SubmitResult::kAccepted;
  if (accepted) ++station.parts_sent;
  const bool goes_on = accepted && !job.parts.empty();
  if (goes_on && station.modem().Ready() && !quiescing_) {
    return SubmitPart(station);
  }
  const Message message = std::move(job.message);
  station.job.reset();
  Conclude(
      message,
      goes_on ? PutBack(clock_.Wall())
              : AfterSubmit(event.result, event.error_code, AttemptAt(message)),
      station.name());
}

void Spooler::Conclude(const Message& message, const Verdict& verdict,
                       const std::string& modem) {
  turn_.changes.push_back({.sequence = message.sequence,
                           .to = verdict.next,
                           .not_before = verdict.not_before,
                           .counts_attempt = verdict.counts_attempt,
                           .modem = modem,
                           .error = verdict.reason,
                           .at = clock_.Wall()});
  log_.Info("message", {{"id", ToString(message.id)},
                        {"state", ToString(verdict.next)},
                        {"modem", modem},
                        {"reason", verdict.reason}});
  if (verdict.next == MessageState::kQueued) look_ = true;
}

void Spooler::GiveWork() {
  if (quiescing_ || store_retry_at_) return;
  PutBackStranded();
  for (Station& station : stations_) {
    while (!station.job && station.modem().Ready()) {
      auto message = TakeReadyFor(station);
      if (!message) break;
      StartJob(station, std::move(*message));
    }
  }
}

// The one station that may send the rest of the message; null: any. An OTP does
// not wait for a modem that is down, but starts again through another.
const Spooler::Station* Spooler::BoundTo(const Message& message) const {
  const auto name = BegunOn(message);
  if (!name) return nullptr;
  const auto found = std::ranges::find(stations_, *name, &Station::name);
  if (found == stations_.end()) return nullptr;
  const bool waits = message.message_class != MessageClass::kOtp;
  return waits || IsUp(*found->port) ? &*found : nullptr;
}

std::optional<Message> Spooler::TakeReadyFor(const Station& station) {
  const auto found = std::ranges::find_if(ready_, [&](const Message& message) {
    const Station* bound = BoundTo(message);
    return !bound || bound == &station;
  });
  if (found == ready_.end()) return std::nullopt;
  Message message = std::move(*found);
  ready_.erase(found);
  return message;
}

void Spooler::PutBackStranded() {
  std::erase_if(ready_, [&](const Message& message) {
    const Station* bound = BoundTo(message);
    if (!bound || IsUp(*bound->port)) return false;
    Conclude(message, AwaitModem(clock_.Wall()), "");
    return true;
  });
}

void Spooler::StartJob(Station& station, const Message& message) {
  const WallTime now = clock_.Wall();
  if (message.expires_at <= now) {
    Conclude(message,
             {.next = MessageState::kExpired,
              .counts_attempt = false,
              .reason = "its life ended before a modem was free"},
             "");
    return;
  }
  if (AllAccepted(message)) {  // and its spooler died before it could say so
    Conclude(message, {.next = MessageState::kSent, .counts_attempt = false},
             "");
    return;
  }
  auto job = MakeJob(message, station.port->config(), now);
  if (!job) {
    Conclude(message,
             {.next = MessageState::kFailed, .reason = job.error().message},
             "");
    return;
  }
  station.job = std::move(*job);
  SubmitPart(station);
}

void Spooler::SubmitPart(Station& station) {
  Job& job = *station.job;
  const JobPart& part = job.parts.front();
  station.modem().Submit(part.pdu_hex, part.tpdu_length, clock_.Mono());
  station.intent_uncommitted = true;
  turn_.intents.push_back({.sequence = job.message.sequence,
                           .number = part.number,
                           .modem = station.name(),
                           .at = clock_.Wall()});
}

// One message ahead for each modem, so that the next one is at hand when this
// one is done; no more, so that an OTP need not wait behind others.
int Spooler::LeaseWanted() const {
  if (!look_ || quiescing_) return 0;
  const auto up = std::ranges::count_if(
      stations_, [](const Station& s) { return IsUp(*s.port); });
  const auto busy = std::ranges::count_if(
      stations_, [](const Station& s) { return s.job.has_value(); });
  const auto wanted = (up - busy) + up - static_cast<long>(ready_.size());
  return static_cast<int>(std::max(wanted, 0L));
}

// False if there was nothing to do, or it could not be done.
bool Spooler::Commit() {
  const MonoTime now = clock_.Mono();
  if (store_retry_at_ && now < *store_retry_at_) return false;
  for (Station& station : stations_) {
    if (station.parts_sent == 0) continue;
    turn_.modems.push_back(
        {.name = station.name(), .parts_sent = station.parts_sent});
    station.parts_sent = 0;
  }
  turn_.now = clock_.Wall();
  turn_.lease_limit = LeaseWanted();
  if (turn_.Empty()) return false;
  auto outcome = store_.RecordTurn(turn_);
  if (!outcome) {
    CommitFailed(outcome.error());
    return false;
  }
  if (store_retry_at_) log_.Info("the queue works again");
  store_retry_at_.reset();
  store_pause_ = Millis(0);
  ReleaseCommitted(*outcome);
  const int wanted = turn_.lease_limit;
  turn_ = SpoolerTurn{.token = token_};
  const bool exhausted = static_cast<int>(outcome->leased.size()) < wanted;
  TakeLeased(std::move(*outcome));
  if (exhausted) {
    look_ = false;
    if (const auto due = store_.NextDue()) next_due_ = *due;
  }
  return true;
}

void Spooler::CommitFailed(const Error& error) {
  if (!store_retry_at_) {
    log_.Error("the queue can't be written; sending pauses",
               {{"error", error.message}});
  }
  store_pause_ =
      std::clamp(store_pause_ * 2, kFirstStorePause, kLongestStorePause);
  store_retry_at_ = clock_.Mono() + store_pause_;
}

void Spooler::ReleaseCommitted(const SpoolerTurnOutcome& outcome) {
  for (const auto sequence : outcome.refused) {
    log_.Error("the queue refused a change; it is another's, or settled",
               {{"sequence", sequence}});
  }
  const MonoTime now = clock_.Mono();
  for (Station& station : stations_) {
    if (!station.intent_uncommitted) continue;
    station.intent_uncommitted = false;
    const bool refused =
        std::ranges::find(outcome.refused, station.job->message.sequence) !=
        outcome.refused.end();
    if (refused) {
      station.modem().Withdraw(now);
    } else {
      station.modem().Release(now);
    }
  }
}

void Spooler::TakeLeased(SpoolerTurnOutcome outcome) {
  for (const Message& message : outcome.expired) {
    log_.Info("message", {{"id", ToString(message.id)}, {"state", "expired"}});
  }
  for (Message& message : outcome.leased) {
    const auto place = std::ranges::upper_bound(ready_, message, SendsBefore);
    ready_.insert(place, std::move(message));
  }
}

void Spooler::PutBackReady() {
  for (const Message& message : ready_) {
    Conclude(message, PutBack(clock_.Wall()), "");
  }
  ready_.clear();
}

void Spooler::FlushAll() {
  const MonoTime now = clock_.Mono();
  for (Station& station : stations_) station.port->Flush(now);
}

std::vector<pollfd> Spooler::PollFds() const {
  std::vector<pollfd> fds;
  fds.reserve(stations_.size());
  for (const Station& station : stations_) {
    fds.push_back({.fd = station.port->fd(),
                   .events = station.port->PollEvents(),
                   .revents = 0});
  }
  return fds;
}

std::optional<MonoTime> Spooler::Deadline() const {
  std::optional<MonoTime> earliest = looked_at_ + kLookAnyway;
  const auto consider = [&](std::optional<MonoTime> time) {
    if (time && *time < *earliest) earliest = time;
  };
  for (const Station& station : stations_) {
    consider(station.port->Deadline());
  }
  consider(store_retry_at_);
  if (next_due_ && !look_) {
    consider(clock_.Mono() + std::min(*next_due_ - clock_.Wall(), kLookAnyway));
  }
  return earliest;
}

bool Spooler::Busy() const {
  return !turn_.Empty() || std::ranges::any_of(stations_, [](const auto& s) {
    return s.job.has_value();
  });
}

bool Spooler::Drained() const {
  const bool due_now = next_due_ && *next_due_ <= clock_.Wall();
  return !Busy() && ready_.empty() && !look_ && !due_now;
}

bool Spooler::AnyModemUp() const {
  return std::ranges::any_of(stations_,
                             [](const Station& s) { return IsUp(*s.port); });
}

void Spooler::SayGoodbye() {
  for (const Station& station : stations_) {
    if (station.told == ModemState::kFailed) continue;  // it still is
    turn_.modems.push_back({.name = station.name(),
                            .state = std::string(ToString(ModemState::kClosed)),
                            .detail = "smswebd ended",
                            .since = clock_.Wall()});
  }
  Commit();
}

void Spooler::Quiesce() {
  quiescing_ = true;
  PutBackReady();
}

}  // namespace smsweb
