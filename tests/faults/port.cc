#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "faults/world.h"

namespace smsweb::faults {
namespace {

constexpr char kCtrlZ = '\x1A';
constexpr int kLongestChunk = 12;
constexpr int kLongestPause = 3;  // milliseconds, between two chunks

}  // namespace

Port::Port(const Scenario& scenario, const std::string& name, sim::Air& air,
           const Clock& clock, Trace& trace, Delivery delivery,
           std::uint32_t seed)
    : name_(name),
      clock_(clock),
      trace_(trace),
      delivery_(delivery),
      start_(clock.Mono()),
      session_({.name = name}, air, scenario.send_time),
      place_("/" + name),
      random_(seed) {}

sim::Instant Port::Now() const { return {clock_.Wall(), clock_.Mono()}; }

bool Port::Turn() {
  if (const auto due = session_.deadline(); due && *due <= clock_.Mono()) {
    session_.Advance(Now());
  }
  const std::string said = session_.TakeOutput();
  if (said.empty()) return false;
  trace_.Modem(std::chrono::floor<Millis>(clock_.Mono() - start_), name_, said);
  if (line_ != 0) unread_ += said;
  return true;
}

std::optional<MonoTime> Port::Deadline() const {
  auto deadline = session_.deadline();
  if (!unread_.empty() && (!deadline || next_chunk_ < *deadline)) {
    deadline = next_chunk_;
  }
  return deadline;
}

bool Port::Readable() const {
  return !unread_.empty() && next_chunk_ <= clock_.Mono();
}

int Port::Open() {
  unread_.clear();
  return line_ = ++lines_;
}

void Port::Close(int line) {
  if (!IsOpen(line)) return;
  line_ = 0;
  unread_.clear();
}

std::size_t Port::ChunkLength() {
  if (!Readable()) return 0;
  if (delivery_ == Delivery::kWhole) return unread_.size();
  if (delivery_ == Delivery::kByteByByte) return 1;
  next_chunk_ = clock_.Mono() + Millis(random_() % (kLongestPause + 1));
  return 1 + random_() % kLongestChunk;
}

std::size_t Port::Read(std::span<char> buffer) {
  const auto count = std::min({ChunkLength(), buffer.size(), unread_.size()});
  unread_.copy(buffer.data(), count);
  unread_.erase(0, count);
  return count;
}

void Port::Write(std::string_view bytes) {
  if (on_pdu && bytes.find(kCtrlZ) != bytes.npos) {
    std::exchange(on_pdu, nullptr)();
  }
  trace_.Host(std::chrono::floor<Millis>(clock_.Mono() - start_), name_, bytes);
  session_.Receive(bytes, Now());
}

}  // namespace smsweb::faults
