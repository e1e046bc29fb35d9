#include "sim/simulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace smsweb::sim {

void Simulator::Add(std::unique_ptr<Port> port, AtSession session) {
  modems_.push_back({std::move(port), std::move(session)});
}

void Simulator::Run(int stop_fd) {
  Start();
  std::vector<pollfd> polled;
  while (true) {
    polled.clear();
    polled.push_back({stop_fd, POLLIN, 0});
    polled.push_back({control_ != nullptr ? control_->fd() : -1, POLLIN, 0});
    for (const Modem& modem : modems_) {
      polled.push_back(modem.port->poll_entry());
      polled.push_back({modem.port->opens_fd(), POLLIN, 0});
    }
    const int ready = ::poll(polled.data(), polled.size(), Timeout());
    if (ready < 0 && errno != EINTR) return;
    if (ready > 0 && polled.front().revents != 0) return;
    if (ready > 0 && polled[1].revents != 0) ObeyControl();
    for (std::size_t i = 0; i < modems_.size(); ++i) {
      const bool opens = ready > 0 && polled[3 + 2 * i].revents != 0;
      if (opens) modems_[i].port->OnOpens();
      Serve(modems_[i], ready > 0 ? polled[2 + 2 * i].revents : short{0});
    }
  }
}

void Simulator::Start() {
  for (Modem& modem : modems_) {
    modem.session.Start(now_());
    Answer(modem);
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
  const auto bytes = events != 0 ? modem.port->OnReady(events) : "";
  if (modem.port->TakeOpened()) {
    modem.session.HostOpened(now_());
    Answer(modem);
  }
  if (!bytes.empty()) {
    const Instant now = now_();
    Trace(modem, WireTrace::Side::kHost, bytes, now);
    modem.session.Receive(bytes, now);
    Answer(modem);
  }
  if (modem.session.deadline()) {
    modem.session.Advance(now_());
    Answer(modem);
  }
}

void Simulator::Answer(Modem& modem) {
  const std::string bytes = modem.session.TakeOutput();
  if (!bytes.empty()) {
    modem.port->Write(bytes);
    Trace(modem, WireTrace::Side::kModem, bytes, now_());
  }
  for (const PortEvent& event : modem.session.TakePortEvents()) {
    Move(modem, event);
  }
}

void Simulator::Move(Modem& modem, const PortEvent& event) {
  if (event.kind == PortEvent::Kind::kGone) {
    fmt::print(stderr, "smsweb-sim: modem {} is gone\n", modem.session.name());
    return modem.port->HangUp();
  }
  const auto back = modem.port->Return(event.place);
  fmt::print(stderr, "smsweb-sim: modem {} {}\n", modem.session.name(),
             back ? "on " + modem.port->place()
                  : "stays away: " + back.error().message);
}

void Simulator::ObeyControl() {
  while (const auto script = control_->Take()) {
    for (Modem& modem : modems_) {
      modem.session.Obey(*script, now_());
      Answer(modem);
    }
  }
}

void Simulator::Trace(const Modem& modem, WireTrace::Side side,
                      std::string_view bytes, const Instant& at) {
  if (trace_ != nullptr) trace_->Add(modem.session.name(), side, bytes, at);
}

}  // namespace smsweb::sim
