// M/M/c: how long messages wait for modems.
#include <cmath>
#include <limits>

#include "bench/plan/plan.h"

namespace smsweb::bench {
namespace {

constexpr double kMostErlang = 1e6;
constexpr double kWithoutEnd = std::numeric_limits<double>::infinity();

// Erlang's formula B for ever more servers, each from the one before:
// B(n) = a B(n-1) / (n + a B(n-1)), which neither overflows nor cancels, and C
// from it.
class Erlang {
 public:
  explicit Erlang(double offered) : offered_(offered) {}
  int servers() const { return servers_; }
  void AddServer() {
    const double busy = offered_ * blocked_;
    blocked_ = busy / (++servers_ + busy);
  }
  double C() const {
    if (offered_ >= servers_) return 1;
    return servers_ * blocked_ / (servers_ - offered_ * (1 - blocked_));
  }

 private:
  const double offered_;
  int servers_ = 0;
  double blocked_ = 1;
};

Erlang WithServers(int servers, double offered) {
  Erlang erlang(offered);
  while (erlang.servers() < servers) erlang.AddServer();
  return erlang;
}

// P(W > t) = C exp(-drain t), where the queue empties with `drain`.
double ShareThatWaitsLonger(double waiting, double drain, double seconds) {
  return waiting * std::exp(-drain * seconds);
}

double WaitOf(double share, double waiting, double drain) {
  const double others = 1 - share;
  return waiting <= others ? 0 : std::log(waiting / others) / drain;
}

QueueForecast ForecastOf(const Erlang& erlang, double rate, double seconds) {
  const int modems = erlang.servers();
  const double offered = rate * seconds;
  if (offered >= modems) {
    return {modems, 1, 1, kWithoutEnd, kWithoutEnd, kWithoutEnd};
  }
  const double drain = (modems - offered) / seconds;
  const double waiting = erlang.C();
  return {.modems = modems,
          .utilisation = offered / modems,
          .waiting_share = waiting,
          .mean_wait = waiting / drain,
          .p95_wait = WaitOf(0.95, waiting, drain),
          .p99_wait = WaitOf(0.99, waiting, drain)};
}

bool Positive(double value) { return std::isfinite(value) && value > 0; }

Result<void> Check(const ModemNeed& need) {
  const auto wrong = [](const char* what) {
    return Fail(ErrorKind::kInvalid, what);
  };
  if (!Positive(need.rate)) {
    return wrong("rate: must be a number of messages a second above 0");
  }
  if (!Positive(need.seconds)) {
    return wrong("seconds: must be the time that a message takes, above 0");
  }
  if (!std::isfinite(need.wait) || need.wait < 0) {
    return wrong("wait: must be a time in seconds, 0 or more");
  }
  if (!(need.share > 0 && need.share < 1)) {
    return wrong("share: must lie between 0 and 1, both left out: 0.95, say");
  }
  if (need.rate * need.seconds > kMostErlang) {
    return wrong(
        "rate x seconds: is more than a million modems' work; give a rate that "
        "one installation may have");
  }
  return {};
}

}  // namespace

double ErlangC(int servers, double offered) {
  if (servers <= 0) return 1;
  return offered <= 0 ? 0 : WithServers(servers, offered).C();
}

QueueForecast Forecast(int modems, double rate, double seconds) {
  return ForecastOf(WithServers(modems, rate * seconds), rate, seconds);
}

Result<QueueForecast> ModemsNeeded(const ModemNeed& need) {
  if (auto sound = Check(need); !sound) return std::unexpected(sound.error());
  const double offered = need.rate * need.seconds;
  Erlang erlang(offered);
  const auto enough = [&] {
    if (offered >= erlang.servers()) return false;
    const double drain = (erlang.servers() - offered) / need.seconds;
    return ShareThatWaitsLonger(erlang.C(), drain, need.wait) <= 1 - need.share;
  };
  while (!enough()) erlang.AddServer();
  return ForecastOf(erlang, need.rate, need.seconds);
}

}  // namespace smsweb::bench
