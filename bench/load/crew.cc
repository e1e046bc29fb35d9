#include "bench/load/crew.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace smsweb::bench {
namespace {

constexpr Micros kBetweenReports = kMicrosPerSecond / 2;
// What the workers may take to end when they should.
constexpr Micros kEndPatience = 15 * kMicrosPerSecond;

bool HasEnded(const WorkerProcess& worker) {
  pollfd polled{worker.fd(), POLLIN, 0};
  return ::poll(&polled, 1, 0) > 0;
}

int MillisUntil(Micros moment) {
  constexpr Micros kMicrosPerMilli = 1000;
  return static_cast<int>(
      std::max<Micros>(0, moment - NowMicros() + kMicrosPerMilli - 1) /
      kMicrosPerMilli);
}

}  // namespace

Result<void> Crew::Start() {
  for (int index = 0; index < orders_.sizes.processes; ++index) {
    auto worker = WorkerProcess::Start(orders_, index);
    if (!worker) return std::unexpected(worker.error());
    workers_.push_back(std::move(*worker));
  }
  return {};
}

Result<void> Crew::Watch(const OnProgress& progress) {
  Micros next_report = NowMicros() + kBetweenReports;
  while (!workers_.empty()) {
    Wait(next_report);
    if (auto ended = TakeEnded(); !ended) return ended;
    OpenGate();
    if (signals_.Take()) OnInterrupt();
    const Micros now = NowMicros();
    if (auto in_time = CheckTime(now); !in_time) return in_time;
    if (now < next_report) continue;
    if (progress) progress(Progress());
    next_report += kBetweenReports;
  }
  if (progress) progress(Progress());
  return {};
}

std::vector<pollfd> Crew::PolledFds() const {
  std::vector<pollfd> polled{{signals_.fd(), POLLIN, 0},
                             {orders_.gate.ready.get(), POLLIN, 0}};
  for (const WorkerProcess& worker : workers_) {
    polled.push_back({worker.fd(), POLLIN, 0});
  }
  return polled;
}

void Crew::Wait(Micros until) {
  auto polled = PolledFds();
  ::poll(polled.data(), polled.size(), MillisUntil(until));
}

void Crew::OpenGate() {
  ready_ += TakeSignals(orders_.gate.ready);
  if (is_open_ || ready_ < orders_.sizes.processes) return;
  is_open_ = true;
  orders_.board.state().start.store(NowMicros(), std::memory_order_release);
  Signal(orders_.gate.go);
}

void Crew::OnInterrupt() {
  Signal(orders_.gate.stop);
  if (++interrupts_ == 1) return;
  for (WorkerProcess& worker : workers_) worker.Kill();
}

Result<void> Crew::TakeEnded() {
  for (auto worker = workers_.begin(); worker != workers_.end();) {
    if (!HasEnded(*worker)) {
      ++worker;
      continue;
    }
    const auto [exit_code, cpu_seconds] = worker->Wait();
    cpu_seconds_ += cpu_seconds;
    const bool was_killed_by_us = interrupts_ > 1;
    if (exit_code != 0 && !was_killed_by_us) {
      return Fail(ErrorKind::kUnavailable,
                  WhyEnded(worker->index(), exit_code));
    }
    worker = workers_.erase(worker);
  }
  return {};
}

Result<void> Crew::CheckTime(Micros now) {
  if (now < orders_.end) return {};
  Signal(orders_.gate.stop);
  if (now < orders_.end + kEndPatience) return {};
  return Fail(
      ErrorKind::kUnavailable,
      fmt::format("load: {} of its processes did not end when the limit "
                  "of {} s was over, and were killed",
                  workers_.size(),
                  ToMicros(orders_.plan.limit) / kMicrosPerSecond));
}

std::string Crew::WhyEnded(int worker, int exit_code) const {
  const WorkerReport& report =
      orders_.board.reports()[static_cast<std::size_t>(worker)];
  std::string why = report.error.data();
  if (why.empty() && exit_code > 128) {
    why = fmt::format("killed by signal {} ({})", exit_code - 128,
                      ::strsignal(exit_code - 128));
  }
  if (why.empty()) why = fmt::format("exit code {}", exit_code);
  return fmt::format(
      "load: process {} of {} died with {} of {} requests done: "
      "{}",
      worker + 1, orders_.sizes.processes, Progress().done,
      orders_.sizes.requests, why);
}

LoadProgress Crew::Progress() const {
  LoadProgress progress{.asked = orders_.sizes.requests};
  for (const WorkerReport& report : orders_.board.reports()) {
    progress.done += report.done.load(std::memory_order_relaxed);
    progress.succeeded += report.succeeded.load(std::memory_order_relaxed);
  }
  progress.connected =
      orders_.board.state().connected.now.load(std::memory_order_relaxed);
  return progress;
}

}  // namespace smsweb::bench
