#include "bench/load/poller.h"

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace smsweb::bench {
namespace {

constexpr Micros kLongest = 60 * kMicrosPerSecond;
constexpr Micros kMicrosPerMilli = 1000;

}  // namespace

Result<Poller> Poller::Make() {
  UniqueFd fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!fd) return FailErrno("epoll_create1", errno);
  return Poller(std::move(fd));
}

bool Poller::Add(int fd, std::uint64_t tag, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.u64 = tag}};
  return ::epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Poller::Change(int fd, std::uint64_t tag, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.u64 = tag}};
  ::epoll_ctl(fd_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Poller::Remove(int fd) {
  ::epoll_ctl(fd_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

std::span<const epoll_event> Poller::Wait(Micros until) {
  const int count =
      WaitFor(std::clamp<Micros>(until - NowMicros(), 0, kLongest));
  return std::span(events_).first(count > 0 ? static_cast<std::size_t>(count)
                                            : 0);
}

// epoll_pwait2 needs Linux 5.11; without it a wait is up to a millisecond
// longer.
int Poller::WaitFor(Micros patience) {
  const auto most = static_cast<int>(events_.size());
  if (is_precise_) {
    const timespec time{
        .tv_sec = static_cast<time_t>(patience / kMicrosPerSecond),
        .tv_nsec = static_cast<long>(patience % kMicrosPerSecond * 1000)};
    const int count =
        ::epoll_pwait2(fd_.get(), events_.data(), most, &time, nullptr);
    if (count >= 0 || errno != ENOSYS) return count;
    is_precise_ = false;
  }
  const Micros millis = (patience + kMicrosPerMilli - 1) / kMicrosPerMilli;
  return ::epoll_wait(fd_.get(), events_.data(), most,
                      static_cast<int>(millis));
}

}  // namespace smsweb::bench
