#include "daemon/run.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <span>
#include <utility>

#include "common/bell/bell.h"
#include "common/store/sqlite_store.h"
#include "daemon/courier.h"
#include "daemon/spooler.h"
#include "daemon/upkeep.h"

namespace smsweb {
namespace {

constexpr Millis kLockPause{10};
constexpr Millis kLockLimit{60'000};  // for another spooler to end
constexpr Millis kWebhookPatience{60'000};
constexpr Millis kGrace{30'000};       // for parts under way, after SIGTERM
constexpr Millis kOnceLimit{180'000};  // --once: for a modem to come up
constexpr Millis kQueuePause{200};     // before the queue is tried again
constexpr Millis kQueueLimit{60'000};  // --once: for the queue to be had
// A commit that waits longer than this for another writer is tried again in a
// later turn, so that modems are heard meanwhile.
constexpr Millis kBusyTimeout{500};
constexpr Millis kBusyPause{2};

enum class Turned { kOn, kEnd };

// Waits so long, or until told to end.
bool Signalled(const UniqueFd& signals, Millis pause) {
  pollfd signal = {.fd = signals.get(), .events = POLLIN, .revents = 0};
  return ::poll(&signal, 1, static_cast<int>(pause.count())) > 0;
}

// A queue that another program holds, or whose disk is full, is tried until it
// can be had: nobody else would start a spooler for what waits in it. Gives the
// last failure when told to end.
template <typename Attempt>
auto UntilAvailable(const SpoolerContext& context, const UniqueFd& signals,
                    bool once, Attempt attempt) {
  const MonoTime limit = context.clock.Mono() + kQueueLimit;
  bool told = false;
  for (;;) {
    auto result = attempt();
    if (result || result.error().kind != ErrorKind::kUnavailable) return result;
    if (once && context.clock.Mono() >= limit) return result;
    if (!told) {
      context.log.Error("the queue can't be had; it is tried again",
                        {{"error", result.error().message}});
      told = true;
    }
    if (Signalled(signals, kQueuePause)) return result;
  }
}

class Run {
 public:
  Run(const SpoolerContext& context, bool once, Store& store, Bell bell,
      UniqueFd signals)
      : context_(context),
        once_(once),
        bell_(std::move(bell)),
        signals_(std::move(signals)),
        spooler_(context.config, store, context.ports, context.windows,
                 context.clock, context.random, context.log, context.keys),
        courier_(context.config, context.webhook_keys, store, context.http,
                 context.clock, context.random, context.log),
        upkeep_(context.config.retention, store, context.clock, context.log) {}

  int Loop();

 private:
  std::vector<bool> Poll();
  void HearBell(const pollfd& bell);
  void HearSignal(const pollfd& signal);
  Turned EndIfDone();
  bool Done() const;
  bool EndForGood();
  void TurnSpooler(const std::vector<bool>& readable);
  int Timeout() const;

  const SpoolerContext& context_;
  const bool once_;
  Bell bell_;
  UniqueFd signals_;
  Spooler spooler_;
  Courier courier_;
  Upkeep upkeep_;
  std::optional<MonoTime> idle_since_;
  std::optional<MonoTime> quit_at_;  // after SIGTERM
  std::optional<MonoTime> no_modem_since_;
};

// An on-demand spooler stays for webhooks that are due soon; later ones are for
// the next one.
bool Run::Done() const {
  const WallTime now = context_.clock.Wall();
  if (once_) return spooler_.Drained() && !courier_.BusyBefore(now);
  return spooler_.Idle() && !courier_.BusyBefore(now + kWebhookPatience);
}

int Run::Timeout() const {
  auto earliest = spooler_.Deadline();
  const auto consider = [&](std::optional<MonoTime> time) {
    if (time && (!earliest || *time < *earliest)) earliest = time;
  };
  const auto idle_exit = context_.config.spooler.idle_exit;
  if (idle_since_ && idle_exit.count() > 0) consider(*idle_since_ + idle_exit);
  if (no_modem_since_) consider(*no_modem_since_ + kOnceLimit);
  consider(quit_at_);
  consider(courier_.Deadline());
  consider(upkeep_.Deadline(!spooler_.Drained()));
  if (!earliest) return -1;
  const auto left =
      std::chrono::ceil<Millis>(*earliest - context_.clock.Mono()).count();
  return static_cast<int>(std::clamp<Millis::rep>(left, 0, 3'600'000));
}

std::vector<bool> Run::Poll() {
  std::vector<pollfd> fds = spooler_.PollFds();
  const std::size_t modems = fds.size();
  fds.push_back({.fd = signals_.get(), .events = POLLIN, .revents = 0});
  fds.push_back({.fd = bell_.fd(), .events = POLLIN, .revents = 0});
  const std::size_t own = fds.size();
  std::ranges::copy(courier_.PollFds(), std::back_inserter(fds));
  ::poll(fds.data(), fds.size(), Timeout());
  courier_.Turn(std::span(fds).subspan(own));
  HearSignal(fds[modems]);
  HearBell(fds[modems + 1]);
  std::vector<bool> readable;
  for (std::size_t i = 0; i < modems; ++i) {
    readable.push_back((fds[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0);
  }
  return readable;
}

void Run::HearBell(const pollfd& bell) {
  if ((bell.revents & POLLIN) == 0) return;
  bell_.Drain();
  spooler_.BellRang();
  courier_.LookAgain();  // what was cancelled may want to be told
}

void Run::HearSignal(const pollfd& signal) {
  if ((signal.revents & POLLIN) == 0) return;
  signalfd_siginfo info;
  if (::read(signals_.get(), &info, sizeof(info)) <= 0 || quit_at_) return;
  // What is accepted from here on is for the next spooler.
  bell_.Close();
  context_.log.Info("ending", {{"signal", info.ssi_signo}});
  quit_at_ = context_.clock.Mono() + kGrace;
  spooler_.Quiesce();
  courier_.Quiesce();
}

void Run::TurnSpooler(const std::vector<bool>& readable) {
  spooler_.Turn(readable);
  if (spooler_.TakeNews()) courier_.LookAgain();
  if (!quit_at_) upkeep_.Turn(!spooler_.Drained());
}

// In this order, nothing that is committed meanwhile is missed (bell.h).
bool Run::EndForGood() {
  bell_.Close();
  spooler_.BellRang();
  courier_.LookAgain();
  TurnSpooler({});
  courier_.Turn({});
  if (Done()) return true;
  if (bell_.fd() >= 0) return false;
  auto bell = Bell::Open(context_.config.spooler.bell);
  if (bell) {
    bell_ = std::move(*bell);
    spooler_.BellRang();  // for what came while nobody listened
    courier_.LookAgain();
  } else {
    context_.log.Error("can't open the bell again",
                       {{"error", bell.error().message}});
  }
  return false;
}

Turned Run::EndIfDone() {
  const MonoTime now = context_.clock.Mono();
  if (quit_at_) {
    return !spooler_.Busy() || now >= *quit_at_ ? Turned::kEnd : Turned::kOn;
  }
  if (!Done()) {
    idle_since_.reset();
    return Turned::kOn;
  }
  if (!idle_since_) idle_since_ = now;
  const auto idle_exit = context_.config.spooler.idle_exit;
  const bool ends =
      once_ || (idle_exit.count() > 0 && now - *idle_since_ >= idle_exit);
  if (!ends) return Turned::kOn;
  upkeep_.Finish();  // while the bell is still heard
  if (EndForGood()) return Turned::kEnd;
  idle_since_.reset();
  return Turned::kOn;
}

int Run::Loop() {
  const auto clean = UntilAvailable(context_, signals_, once_,
                                    [&] { return spooler_.CleanUp(); });
  if (!clean) {
    context_.log.Error("can't read the queue",
                       {{"error", clean.error().message}});
    return kExitFailed;
  }
  context_.log.Info("ready", {{"queue", context_.config.store.path},
                              {"modems", context_.config.modems.size()}});
  sd_notify(0, "READY=1");
  TurnSpooler({});
  while (EndIfDone() == Turned::kOn) {
    if (!once_ || spooler_.AnyModemUp()) {
      no_modem_since_.reset();
    } else if (!no_modem_since_) {
      no_modem_since_ = context_.clock.Mono();
    } else if (context_.clock.Mono() - *no_modem_since_ >= kOnceLimit) {
      context_.log.Error("messages wait, and no modem came up");
      return kExitNoModem;
    }
    TurnSpooler(Poll());
  }
  spooler_.SayGoodbye();
  context_.log.Info("ended");
  return kExitDone;
}

// Waits for a spooler that is ending; gives up where one listens, or when it
// takes too long.
Result<SpoolerLock> TakeLock(const SpoolerContext& context,
                             const UniqueFd& signals, UniqueFd& start_lock) {
  const MonoTime limit = context.clock.Mono() + kLockLimit;
  Ringer ringer(context.config.spooler.bell);
  for (;;) {
    auto lock = SpoolerLock::Try(context.config.store.path);
    if (!lock) return std::unexpected(lock.error());
    if (*lock) return std::move(**lock);
    if (ringer.Ring()) {
      // While the start lock was held, endpoints that rang in vain relied on
      // this process: the second ring is theirs. From here on they start
      // another.
      start_lock.Reset();
      if (!ringer.Ring()) continue;
      return Fail(ErrorKind::kConflict,
                  "another smswebd works on this queue, and has been rung");
    }
    if (context.clock.Mono() >= limit) {
      return Fail(ErrorKind::kUnavailable,
                  "another smswebd holds the queue and does not end");
    }
    if (Signalled(signals, kLockPause)) {
      return Fail(ErrorKind::kUnavailable, "told to end before it began");
    }
  }
}

Result<Bell> OpenBell(const std::string& path) {
  if (sd_listen_fds(1) == 1) {
    return Bell::Inherited(UniqueFd(SD_LISTEN_FDS_START));
  }
  return Bell::Open(path);
}

int FailStart(const SpoolerContext& context, const Error& error) {
  context.log.Error("can't start", {{"error", error.message}});
  return kExitFailed;
}

}  // namespace

int RunSpooler(const SpoolerContext& context, RunOptions options) {
  const bool started_by_endpoint = static_cast<bool>(options.start_lock);
  UniqueFd signals(
      ::signalfd(-1, &options.ending_signals, SFD_CLOEXEC | SFD_NONBLOCK));
  const auto lock = TakeLock(context, signals, options.start_lock);
  if (!lock) {
    const bool fine =
        started_by_endpoint && lock.error().kind == ErrorKind::kConflict;
    return fine ? kExitDone : FailStart(context, lock.error());
  }
  auto bell = OpenBell(context.config.spooler.bell);
  if (!bell) return FailStart(context, bell.error());
  options.start_lock.Reset();  // from here on, a ring is heard
  auto stores = UntilAvailable(context, signals, options.once, [&] {
    return OpenSqliteStores(
        context.config.store.path,
        {.busy_timeout = kBusyTimeout,
         .busy_pause = kBusyPause,
         .keep_texts = context.config.retention.texts.count() > 0});
  });
  if (!stores) return FailStart(context, stores.error());
  Run run(context, options.once, *stores->queue, std::move(*bell),
          std::move(signals));
  return run.Loop();
}

}  // namespace smsweb
