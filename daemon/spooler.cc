#include "daemon/spooler.h"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/modem_news.h"

namespace smsweb {
namespace {

constexpr Millis kFirstStorePause{50};
constexpr Millis kLongestStorePause{5'000};
// Whoever adds a message rings. Should a ring be lost all the same, the message
// is found after this time.
constexpr Millis kLookAnyway{30'000};
// A queue that can't be written: it is said again, for an operator who looks
// later.
constexpr Millis kSayAgain{60'000};
// While an operator waits for a modem that is not free.
constexpr Millis kAskAgain{1'000};

// A spooler that says nothing for this long may be taken for dead, and what it
// holds taken over; while it holds something, it says that it lives this often.
constexpr Millis kLeaseLife{120'000};
constexpr Millis kRenewEvery{30'000};
// After so many messages, those that have waited for long come first for a
// turn, whatever their class: so none waits for ever.
constexpr int kOldOneIn = 8;
constexpr Millis kTransactionalIsOld{5 * 60'000};
constexpr Millis kBulkIsOld{30 * 60'000};

constexpr LeaseToken kNobody = 0;

LeaseToken MakeToken(Random& random) {
  std::array<std::uint8_t, 7> bytes;
  LeaseToken token = kNobody;
  while (token == kNobody) {
    random.Fill(bytes);
    for (auto byte : bytes) token = token * 256 + byte;
  }
  return token;
}

}  // namespace

Spooler::Spooler(const Config& config, Store& store, const PortContext& ports,
                 SendingWindows& windows, const Clock& clock, Random& random,
                 const Logger& log, KeyRing* keys)
    : config_(config),
      store_(store),
      ports_(ports),
      clock_(clock),
      log_(log),
      token_(MakeToken(random)),
      tariffs_(config, store, clock, log),
      desk_{config, store, windows,   tariffs_, clock,
            random, log,   stations_, turn_,    keys},
      leasing_(desk_),
      sending_(desk_, leasing_),
      reception_(desk_),
      requests_(desk_),
      lane_watch_(clock.Mono()) {
  turn_.token = token_;
}

Result<void> Spooler::CleanUp() {
  turn_ = SpoolerTurn{.token = token_, .modems = std::move(turn_.modems)};
  if (stations_.empty()) {
    if (auto done = MakeStations(); !done) return done;
  }
  return SettleAbandoned();
}

// Not before it is known whose PIN was refused.
Result<void> Spooler::MakeStations() {
  if (auto loaded = tariffs_.Load(); !loaded) return loaded;
  const auto known = store_.Modems();
  if (!known) return std::unexpected(known.error());
  for (ModemConfig modem : config_.modems) {
    const auto status =
        std::ranges::find(*known, modem.name, &ModemStatus::name);
    modem.pin_withheld = status != known->end() && PinRefusedEarlier(*status);
    stations_.emplace_back(std::make_unique<ModemPort>(modem, ports_, log_));
    stations_.back().lanes = LanesOf(stations_.back());
  }
  return {};
}

// Three refusals lock a SIM, and an on-demand spooler starts often: after one,
// the PIN is tried again only under a configuration that was changed since.
// That is one whose time of change is another than then: an order between that
// and the time of the refusal would trust a clock that may not have been set
// yet. Where nobody has recorded which it was, it may have been this one.
bool Spooler::PinRefusedEarlier(const ModemStatus& status) {
  if (status.pin_refused_at == WallTime()) return false;
  if (!status.pin_refused_under) {
    turn_.modems.push_back({.name = status.name,
                            .pin_refused_at = status.pin_refused_at,
                            .pin_refused_under = config_.modified_at});
    return true;
  }
  return *status.pin_refused_under == config_.modified_at;
}

// Looked for before it is taken: there is seldom any, and taking waits for
// other writers.
Result<std::vector<Message>> Spooler::TakeOver(LeaseToken except,
                                               WallTime now) {
  auto abandoned = store_.Abandoned(except, now);
  if (!abandoned || abandoned->empty()) return abandoned;
  return store_.TakeOver(token_, except, now);
}

Result<void> Spooler::SettleAbandoned() {
  // Also what was taken over, but could not be settled then: nothing has been
  // leased yet that is rightly ours.
  const auto abandoned = TakeOver(kNobody, WallTime::max());
  if (!abandoned) return std::unexpected(abandoned.error());
  if (abandoned->empty()) return {};
  sending_.SettleAbandoned(*abandoned);
  turn_.now = clock_.Wall();
  auto outcome = store_.RecordTurn(turn_);
  if (!outcome) return std::unexpected(outcome.error());
  log_.Warning("settled what a spooler that died has left",
               {{"messages", abandoned->size()}});
  turn_ = SpoolerTurn{.token = token_};
  sending_.Committed(std::move(*outcome));
  return {};
}

void Spooler::Turn(const std::vector<bool>& readable) {
  sending_.BeginTurn();
  HearModems(readable);
  const MonoTime now = clock_.Mono();
  if (next_due_ && clock_.Wall() >= *next_due_) leasing_.LookAgain();
  if (now - looked_at_ >= kLookAnyway) {
    leasing_.LookAgain();
    requests_.LookAgain();
    reception_.ShowIncomplete();
    LookAfterOthers();
    look_after_lanes_ = true;
    turn_.expire = true;  // also where nothing may be taken
    looked_at_ = now;
  }
  if (LookAfterLimits()) leasing_.LookAgain();
  if (std::exchange(more_change_lanes_, false)) look_after_lanes_ = true;
  requests_.Turn();
  if (!AnyModemUp()) sending_.PutBackReady();
  // Messages that one commit leases go out at once, and into the next.
  do {
    if (!store_retry_at_) sending_.GiveWork();
    FlushAll();
  } while (Commit());
  FlushAll();
}

void Spooler::BellRang() {
  leasing_.LookAgain();
  requests_.LookAgain();
  look_after_lanes_ = look_after_lanes_ || lane_watch_.AnyUnserved();
}

void Spooler::LookAfterLanes() {
  const MonoTime now = clock_.Mono();
  const bool changed = std::exchange(stations_changed_, false);
  if (changed) lane_watch_.Note(stations_, now);
  const bool asked = std::exchange(look_after_lanes_, false);
  const auto stranded_at = lane_watch_.NextStranded();
  const bool due = stranded_at && *stranded_at <= now;
  if (!changed && !asked && !due) return;
  const auto lanes = store_.QueuedLanes();
  if (!lanes) {
    look_after_lanes_ = true;  // with the next turn, whenever it comes
    lane_watch_.ForgetStranded();
    return;
  }
  turn_.lane_changes = lane_watch_.Stranded(*lanes, stations_, now);
  if (!turn_.lane_changes.empty()) leasing_.LookAgain();
}

// Its lane may be one that nobody sends by now.
void Spooler::NotePutBack(const SpoolerTurn& turn) {
  const bool any = std::ranges::find(turn.changes, MessageState::kQueued,
                                     &StateChange::to) != turn.changes.end();
  if (any && lane_watch_.AnyUnserved()) look_after_lanes_ = true;
}

// True: some SIM may send more than before, or less.
bool Spooler::LookAfterLimits() {
  const bool changed = tariffs_.Watch(stations_);
  stations_changed_ = stations_changed_ || changed;
  next_room_ = tariffs_.NextRoom();
  return changed;
}

// What spoolers that died meanwhile have left.
void Spooler::LookAfterOthers() {
  const auto taken = TakeOver(token_, clock_.Wall());
  if (taken) sending_.SettleAbandoned(*taken);
}

// Where nothing can be sent, it still matters whether anything waits.
void Spooler::HearOfQueue() {
  if (!leasing_.TakeNews()) return;
  tariffs_.EndNeedsOfGone();
  if (!AnyModemUp()) turn_.expire = look_without_modem_ = true;
}

void Spooler::LookWithoutModem() {
  LookAhead();
  if (!anything_queued_) leasing_.FoundNothing();
}

// What waits for a later time, or for something else than a modem that is free.
void Spooler::LookAhead() {
  if (const auto lanes = store_.QueuedLanes())
    anything_queued_ = !lanes->empty();
  const WallTime now = clock_.Wall();
  const auto due = store_.NextDue(now);
  if (!due) return;
  next_due_ = *due;
  if (!anything_queued_) return;
  for (const MessageClass c : kMessageClasses) {
    const auto opens = desk_.windows.ClosedUntil(c, now);
    if (opens && (!next_due_ || *opens < *next_due_)) next_due_ = *opens;
  }
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
    case ModemEvent::Kind::kIncoming:
      return reception_.Hear(station, event);
    case ModemEvent::Kind::kUssdDone:
      return requests_.Hear(station, event);
    case ModemEvent::Kind::kPinAboutToBeGiven:
    case ModemEvent::Kind::kPinAccepted:
    case ModemEvent::Kind::kPinRefused:
      return RecordPin(station, event);
    case ModemEvent::Kind::kStateChanged:
    case ModemEvent::Kind::kReopenLine:
    case ModemEvent::Kind::kInfoChanged:
    case ModemEvent::Kind::kRecovery:
    case ModemEvent::Kind::kWrongModem:
      RecordNews(desk_, station, event);
      NoteLanes(station, event);
      if (station.modem().Ready()) {
        reception_.SimKnown(station.modem().info().imsi);
      }
      return;
  }
}

void Spooler::NoteLanes(Station& station, const ModemEvent& event) {
  const bool up = IsUp(station);
  const bool came_or_went = std::exchange(station.was_up, up) != up;
  if (!came_or_went && event.kind != ModemEvent::Kind::kInfoChanged) return;
  station.lanes = LanesOf(station);
  leasing_.LookAgain(station);
  stations_changed_ = true;
}

// A PIN that is about to leave counts as refused until it was accepted: the SIM
// counts it, whether we live to hear of it or not.
void Spooler::RecordPin(Station& station, const ModemEvent& event) {
  if (event.kind == ModemEvent::Kind::kPinAccepted) {
    turn_.modems.push_back({.name = station.name(), .pin_accepted = true});
    return;
  }
  turn_.modems.push_back({.name = station.name(),
                          .pin_refused_at = clock_.Wall(),
                          .pin_refused_under = config_.modified_at});
  station.pin_uncommitted = event.kind == ModemEvent::Kind::kPinAboutToBeGiven;
}

// False if there was nothing to do, or it could not be done.
bool Spooler::Commit() {
  const MonoTime now = clock_.Mono();
  if (store_retry_at_ && now < *store_retry_at_) return false;
  for (Station& station : stations_) {
    if (station.parts_sent == 0) continue;
    turn_.modems.push_back(
        {.name = station.name(),
         .parts_sent = station.parts_sent,
         .part_time = std::chrono::ceil<Millis>(station.part_time)});
    station.parts_sent = 0;
  }
  turn_.now = clock_.Wall();
  LookAfterLanes();
  HearOfQueue();
  PlanLeases();
  if (more_to_bury_) turn_.expire = true;
  RenewLease();
  if (turn_.Empty()) return false;
  reception_.Committing();
  auto outcome = store_.RecordTurn(turn_);
  if (!outcome) {
    CommitFailed(outcome.error());
    return false;
  }
  if (store_retry_at_) log_.Info("the queue works again");
  store_retry_at_.reset();
  store_pause_ = Millis(0);
  NotePutBack(turn_);
  const bool old_ones_had_their_turn = turn_.aged_since[1].has_value();
  turn_ = SpoolerTurn{.token = token_};
  news_ = news_ || outcome->outbox;
  more_change_lanes_ = more_change_lanes_ || outcome->more_change_lanes;
  const auto leased = static_cast<int>(outcome->leased.size());
  since_aged_ = old_ones_had_their_turn ? 0 : since_aged_ + leased;
  const bool found_an_end =
      std::ranges::find(outcome->exhausted, true) != outcome->exhausted.end();
  more_to_bury_ = outcome->more_expired;
  sending_.Committed(std::move(*outcome));
  if (LookAfterLimits()) leasing_.LookAgain();
  reception_.Committed();
  requests_.Committed();
  LetPinsGo();
  if (found_an_end) LookAhead();
  if (std::exchange(look_without_modem_, false)) LookWithoutModem();
  return !more_to_bury_;  // modems are heard in between
}

// After so many messages, one that has waited for long comes first.
void Spooler::PlanLeases() {
  const bool looked = leasing_.MustLook();
  turn_.leases = sending_.PlanLeases();
  if (turn_.leases.empty()) {
    // What waits for SIMs that rest is in the queue all the same.
    if (looked && !leasing_.MustLook()) LookAhead();
    return;
  }
  turn_.expire = true;
  if (since_aged_ < kOldOneIn) return;
  turn_.aged_since[1] = turn_.now - kTransactionalIsOld;
  turn_.aged_since[2] = turn_.now - kBulkIsOld;
}

// Whoever holds nothing, or is about to, need not be known to live.
void Spooler::RenewLease() {
  const MonoTime now = clock_.Mono();
  const bool holds = !turn_.leases.empty() || sending_.HoldsMessages();
  if (!holds ||
      (alive_told_at_ != MonoTime{} && now < alive_told_at_ + kRenewEvery)) {
    return;
  }
  turn_.alive_until = clock_.Wall() + kLeaseLife;
  alive_told_at_ = now;
}

void Spooler::LetPinsGo() {
  for (Station& station : stations_) {
    if (!std::exchange(station.pin_uncommitted, false)) continue;
    station.modem().PinMayGo(clock_.Mono());
  }
}

void Spooler::CommitFailed(const Error& error) {
  const MonoTime now = clock_.Mono();
  if (!store_retry_at_ || now >= store_told_at_ + kSayAgain) {
    store_told_at_ = now;
    log_.Error("the queue can't be written; sending pauses",
               {{"error", error.message}});
  }
  store_pause_ =
      std::clamp(store_pause_ * 2, kFirstStorePause, kLongestStorePause);
  store_retry_at_ = now + store_pause_;
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
  if (!store_retry_at_) {
    consider(lane_watch_.NextStranded());
    const bool more = more_to_bury_ || more_change_lanes_;
    if (more || sending_.HasHadEnough()) consider(clock_.Mono());
  }
  if (requests_.Open()) consider(clock_.Mono() + kAskAgain);
  if (reception_.AwaitsReports()) consider(reception_.AwaitsUntil());
  if (next_due_ && !leasing_.MustLook()) {
    consider(clock_.Mono() + std::min(*next_due_ - clock_.Wall(), kLookAnyway));
  }
  if (next_room_) {
    consider(clock_.Mono() +
             std::clamp(*next_room_ - clock_.Wall(), Millis(0), kLookAnyway));
  }
  return earliest;
}

bool Spooler::Busy() const { return !turn_.Empty() || sending_.PartUnderWay(); }

bool Spooler::Drained() const {
  return !Busy() && !sending_.HasReady() && !leasing_.MustLook() &&
         !more_change_lanes_;
}

bool Spooler::Idle() const {
  const bool at_a_chore = std::ranges::any_of(stations_, [](const Station& s) {
    return s.port->modem().state() == ModemState::kBusy;
  });
  return Drained() && !anything_queued_ && !at_a_chore && !requests_.Open() &&
         !reception_.AwaitsReports();
}

bool Spooler::AnyModemUp() const {
  return std::ranges::any_of(stations_, IsUp);
}

void Spooler::SayGoodbye() {
  for (const Station& station : stations_) {
    if (station.told == ModemState::kFailed) continue;  // it still is
    turn_.modems.push_back({.name = station.name(),
                            .state = std::string(ToString(ModemState::kClosed)),
                            .detail = std::string(kSpoolerEnded),
                            .since = clock_.Wall()});
  }
  Commit();
}

}  // namespace smsweb
