#include "daemon/port_finder.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/imei.h"
#include "common/base/real_path.h"

namespace smsweb {
namespace {

// One that sleeps, or has to find out the speed first, answers the second time.
constexpr int kTimesAsked = 2;
constexpr Millis kPatience{1'500};
constexpr std::size_t kMostHeard = 1024;
// Leaves a prompt that somebody left open.
constexpr std::string_view kQuestion = "\x1B\rAT+CGSN\r";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The first number in `text` that can be an IMEI, and has ended; empty: none.
std::string_view ImeiIn(std::string_view text) {
  for (auto at = text.begin(); at != text.end();) {
    const auto begin = std::find_if(at, text.end(), IsDigit);
    const auto end = std::find_if_not(begin, text.end(), IsDigit);
    const std::string_view run(begin, end);
    if (end != text.end() && run.size() >= kImeiDigits &&
        run.size() <= kLongestImei) {
      return run;
    }
    at = end;
  }
  return {};
}

}  // namespace

bool PortsInUse::Take(const std::string& device) {
  const std::string port = RealPath(device);
  const bool is_taken = std::ranges::any_of(
      taken_, [&](const auto& taken) { return taken.second == port; });
  return !is_taken && taken_.emplace(device, port).second;
}

void PortsInUse::Free(const std::string& device) { taken_.erase(device); }

PortFinder::PortFinder(Wanted wanted, LineOpener open, PortLister list,
                       std::shared_ptr<PortsInUse> in_use, const Logger& log)
    : wanted_(std::move(wanted)),
      open_(std::move(open)),
      list_(std::move(list)),
      in_use_(std::move(in_use)),
      log_(log) {}

void PortFinder::Start(MonoTime now, const std::string& except) {
  if (searching_) return;
  searching_ = true;
  found_.reset();
  course_.clear();
  candidates_ = list_();
  std::erase_if(candidates_, [&](const PortEntry& port) {
    return !except.empty() && RealPath(port.path) == RealPath(except);
  });
  std::ranges::reverse(candidates_);
  AskNext(now);
}

void PortFinder::AskNext(MonoTime now) {
  Leave();
  while (!candidates_.empty()) {
    const PortEntry port = std::move(candidates_.back());
    candidates_.pop_back();
    const std::string& name = port.by_id.empty() ? port.path : port.by_id;
    if (!in_use_->Take(name)) continue;  // another modem of ours
    asked_ = name;
    auto opened = open_(name, wanted_.settings);
    if (opened) {
      line_ = std::move(*opened);
      times_asked_ = 0;
      return Ask(now);
    }
    Step("can't be asked", opened.error().message);
    Leave();
  }
  searching_ = false;
  asked_.clear();
  Step("search ended", "the modem is at none of the ports");
  last_course_ = course_;
}

void PortFinder::Ask(MonoTime now) {
  ++times_asked_;
  heard_.clear();
  unwritten_ = kQuestion;
  deadline_ = now + kPatience;
  Flush();
}

void PortFinder::Flush() {
  if (unwritten_.empty()) return;
  // A line that is gone is found out by reading, or by silence.
  unwritten_.erase(0, line_->Write(unwritten_).value_or(unwritten_.size()));
}

void PortFinder::Service(bool readable, MonoTime now) {
  if (!searching_ || !line_) return;
  Flush();
  if (readable) Read(now);
  if (!searching_ || !line_ || now < deadline_) return;
  if (times_asked_ < kTimesAsked) return Ask(now);
  GiveUp(heard_.empty() ? "no answer" : "no IMEI in the answer", now);
}

void PortFinder::Read(MonoTime now) {
  std::array<char, 512> buffer;
  for (;;) {
    const auto got = line_->Read(buffer);
    if (!got) return GiveUp(got.error().message, now);
    if (*got == 0) break;
    heard_.append(buffer.data(), *got);
    if (heard_.size() > kMostHeard) return GiveUp("no modem: it babbles", now);
  }
  Judge(now);
}

void PortFinder::Judge(MonoTime now) {
  const std::string_view imei = ImeiIn(heard_);
  if (imei.empty()) return;
  if (!SameImei(imei, wanted_.imei)) {
    return GiveUp("another modem", now);
  }
  Step("found", "its IMEI");
  found_ = asked_;
  searching_ = false;
  last_course_.clear();
  Leave();
}

void PortFinder::GiveUp(std::string_view why, MonoTime now) {
  Step("asked", why);
  AskNext(now);
}

void PortFinder::Leave() {
  line_.reset();
  if (!asked_.empty()) in_use_->Free(asked_);
  asked_.clear();
}

// What went as in the round before is no news.
void PortFinder::Step(std::string_view what, std::string_view result) {
  course_.append(asked_).append(" ").append(what).append(result).append("\n");
  const bool is_news = !last_course_.starts_with(course_);
  const auto log = [&](auto level) {
    (log_.*level)("looking for the modem by its IMEI",
                  {{"modem", wanted_.modem},
                   {"port", asked_},
                   {"step", what},
                   {"result", result}});
  };
  is_news ? log(&Logger::Info) : log(&Logger::Debug);
}

std::optional<std::string> PortFinder::TakeFound() {
  return std::exchange(found_, std::nullopt);
}

short PortFinder::PollEvents() const {
  return static_cast<short>(POLLIN | (unwritten_.empty() ? 0 : POLLOUT));
}

std::optional<MonoTime> PortFinder::Deadline() const {
  if (!searching_) return std::nullopt;
  return deadline_;
}

}  // namespace smsweb
