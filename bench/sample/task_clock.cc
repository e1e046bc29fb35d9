#include "bench/sample/task_clock.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>

namespace smsweb::bench {
namespace {

UniqueFd OpenEvent(pid_t thread) {
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_TASK_CLOCK;
  attributes.inherit = 1;
  attributes.exclude_kernel = 1;  // asks for less; this clock runs all the same
  return UniqueFd(static_cast<int>(
      ::syscall(SYS_perf_event_open, &attributes, thread, /*cpu=*/-1,
                /*group_fd=*/-1, PERF_FLAG_FD_CLOEXEC)));
}

}  // namespace

std::optional<TaskClock> TaskClock::Open(const std::vector<pid_t>& threads) {
  TaskClock clock;
  for (const pid_t thread : threads) {
    auto event = OpenEvent(thread);
    if (event) clock.events_.push_back(std::move(event));
  }
  if (clock.events_.empty()) return std::nullopt;
  return clock;
}

std::uint64_t TaskClock::Microseconds() const {
  std::uint64_t sum = 0;
  for (const auto& event : events_) {
    std::uint64_t nanoseconds = 0;
    if (::read(event.get(), &nanoseconds, sizeof(nanoseconds)) ==
        sizeof(nanoseconds)) {
      sum += nanoseconds;
    }
  }
  return sum / 1000;
}

}  // namespace smsweb::bench
