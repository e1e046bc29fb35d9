#include "sim/simulator.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace smsweb::sim {

void Simulator::Add(std::unique_ptr<Port> port, AtSession session) {
  modems_.push_back({std::move(port), std::move(session)});
}

void Simulator::Run(int stop_fd) {
  std::vector<pollfd> polled;
  while (true) {
    polled.clear();
    polled.push_back({stop_fd, POLLIN, 0});
    for (const Modem& modem : modems_) {
      polled.push_back(modem.port->poll_entry());
    }
    const int ready = ::poll(polled.data(), polled.size(), Timeout());
    if (ready < 0 && errno != EINTR) return;
    if (ready > 0 && polled.front().revents != 0) return;
    for (std::size_t i = 0; i < modems_.size(); ++i) {
      Serve(modems_[i], ready > 0 ? polled[i + 1].revents : short{0});
    }
  }
}

int Simulator::Timeout() const {
  std::optional<MonoTime> next;
  for (const Modem& modem : modems_) {
    const auto deadline = modem.session.deadline();
    if (deadline && (!next || *deadline < *next)) next = deadline;
  }
  if (!next) return -1;
  const auto wait = std::chrono::ceil<Millis>(*next - now_().mono).count();
  return static_cast<int>(std::clamp<Millis::rep>(wait, 0, 60'000));
}

void Simulator::Serve(Modem& modem, short events) {
  if (events != 0) {
    const auto bytes = modem.port->OnReady(events);
    if (!bytes.empty()) {
      const Instant now = now_();
      Trace(modem, WireTrace::Side::kHost, bytes, now);
      modem.session.Receive(bytes, now);
      Answer(modem);
    }
  }
  if (modem.session.deadline()) {
    modem.session.Advance(now_());
    Answer(modem);
  }
}

void Simulator::Answer(Modem& modem) {
  const std::string bytes = modem.session.TakeOutput();
  if (bytes.empty()) return;
  modem.port->Write(bytes);
  Trace(modem, WireTrace::Side::kModem, bytes, now_());
}

void Simulator::Trace(const Modem& modem, WireTrace::Side side,
                      std::string_view bytes, const Instant& at) {
  if (trace_ != nullptr) trace_->Add(modem.session.name(), side, bytes, at);
}

}  // namespace smsweb::sim
