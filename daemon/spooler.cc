#include "daemon/spooler.h"

#include <algorithm>
#include <array>
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

}  // namespace

Spooler::Spooler(const Config& config, Store& store, const PortContext& ports,
                 const Clock& clock, Random& random, const Logger& log)
    : config_(config),
      store_(store),
      clock_(clock),
      log_(log),
      token_(MakeToken(random)),
      desk_{config, store, clock, random, log, stations_, turn_},
      sending_(desk_) {
  for (ModemConfig modem : config.modems) {
    modem.pin_withheld = PinRefusedEarlier(modem);
    stations_.emplace_back(std::make_unique<ModemPort>(modem, ports, log));
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

  sending_.SettleAbandoned(*abandoned);
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
  if (next_due_ && clock_.Wall() >= *next_due_) sending_.LookAgain();
  if (now - looked_at_ >= kLookAnyway) {
    sending_.LookAgain();
    looked_at_ = now;
  }
  if (!AnyModemUp()) {
    sending_.PutBackReady();
    LookWithoutModem();
  }
  // Messages that one commit leases go out at once, and into the next.
  do {
    if (!store_retry_at_) sending_.GiveWork();
    FlushAll();
  } while (Commit());
  FlushAll();
}

// Nothing can be sent; it still matters whether anything waits.
void Spooler::LookWithoutModem() {
  if (!sending_.MustLook()) return;
  turn_.expire = true;
  const auto due = store_.NextDue();
  if (!due) return;
  next_due_ = *due;
  if (!next_due_) sending_.FoundNothing();
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
      return sending_.PartEnded(station, event);
    case ModemEvent::Kind::kPinAboutToBeGiven:
      // Not yet: to be on record first, and struck out when it was accepted.
      return station.modem().PinMayGo(clock_.Mono());
    case ModemEvent::Kind::kPinAccepted:
      return;
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
                       event.state == ModemState::kAwaitingResult ||
                       event.state == ModemState::kBusy;
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
  turn_.lease_limit = sending_.LeaseWanted();
  if (turn_.Empty()) return false;
  auto outcome = store_.RecordTurn(turn_);
  if (!outcome) {
    CommitFailed(outcome.error());
    return false;
  }
  if (store_retry_at_) log_.Info("the queue works again");
  store_retry_at_.reset();
  store_pause_ = Millis(0);
  const int wanted = turn_.lease_limit;
  turn_ = SpoolerTurn{.token = token_};
  const bool exhausted = static_cast<int>(outcome->leased.size()) < wanted;
  sending_.Committed(std::move(*outcome));
  if (exhausted) {
    sending_.FoundNothing();
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
  if (next_due_ && !sending_.MustLook()) {
    consider(clock_.Mono() + std::min(*next_due_ - clock_.Wall(), kLookAnyway));
  }
  return earliest;
}

bool Spooler::Busy() const { return !turn_.Empty() || sending_.PartUnderWay(); }

bool Spooler::Drained() const {
  const bool due_now = next_due_ && *next_due_ <= clock_.Wall();
  return !Busy() && !sending_.HasReady() && !sending_.MustLook() && !due_now;
}

bool Spooler::AnyModemUp() const {
  return std::ranges::any_of(stations_, IsUp);
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

}  // namespace smsweb
