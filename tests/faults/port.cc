#include "faults/port.h"

#include <algorithm>
#include <utility>

namespace smsweb::faults {
namespace {

constexpr char kCtrlZ = '\x1A';
constexpr int kLongestChunk = 12;
constexpr int kLongestPause = 3;  // milliseconds, between two chunks

}  // namespace

Port::Port(const std::string& name, sim::AtSession session, const Clock& clock,
           Trace& trace, Delivery delivery, std::uint32_t seed)
    : name_(name),
      clock_(clock),
      trace_(trace),
      delivery_(delivery),
      start_(clock.Mono()),
      session_(std::move(session)),
      place_("/" + name),
      random_(seed) {
  session_.Start(Now());
}

sim::Instant Port::Now() const { return {clock_.Wall(), clock_.Mono()}; }

Millis Port::SinceStart() const {
  return std::chrono::floor<Millis>(clock_.Mono() - start_);
}

bool Port::Turn() {
  if (const auto due = session_.deadline(); due && *due <= clock_.Mono()) {
    session_.Advance(Now());
  }
  const std::string said = session_.TakeOutput();
  if (!said.empty()) trace_.Modem(SinceStart(), name_, said);
  if (line_ != 0 && up_) unread_ += said;
  const auto events = session_.TakePortEvents();
  for (const sim::PortEvent& event : events) Happen(event);
  return !said.empty() || !events.empty();
}

void Port::Happen(const sim::PortEvent& event) {
  up_ = event.kind == sim::PortEvent::Kind::kBack;
  if (!up_) return trace_.Add(SinceStart(), name_ + " has no port");
  line_ = 0;
  unread_.clear();
  if (!event.place.empty()) place_ = event.place;
  trace_.Add(SinceStart(), name_ + " is at port " + place_);
}

std::optional<MonoTime> Port::Deadline() const {
  auto deadline = session_.deadline();
  if (!unread_.empty() && (!deadline || next_chunk_ < *deadline)) {
    deadline = next_chunk_;
  }
  return deadline;
}

bool Port::Readable() const {
  if (unread_.empty()) return line_ != 0 && !up_;
  return next_chunk_ <= clock_.Mono();
}

int Port::Open() {
  unread_.clear();
  session_.HostOpened(Now());
  return line_ = ++lines_;
}

void Port::Close(int line) {
  if (line != line_) return;
  line_ = 0;
  unread_.clear();
}

std::size_t Port::ChunkLength() {
  if (unread_.empty() || next_chunk_ > clock_.Mono()) return 0;
  if (delivery_ == Delivery::kWhole) return unread_.size();
  if (delivery_ == Delivery::kByteByByte) return 1;
  next_chunk_ = clock_.Mono() + Millis(random_() % (kLongestPause + 1));
  return 1 + random_() % kLongestChunk;
}

std::size_t Port::Read(std::span<char> buffer) {
  auto count = std::min({ChunkLength(), buffer.size(), unread_.size()});
  if (hangs_up_after) count = std::min(count, *hangs_up_after);
  unread_.copy(buffer.data(), count);
  unread_.erase(0, count);
  if (hangs_up_after && (*hangs_up_after -= count) == 0) HangUp();
  return count;
}

void Port::HangUp() {
  hangs_up_after.reset();
  unread_.clear();
  session_.Obey(*sim::ParseScript("disconnect for 5s", "hang-up"), Now());
}

void Port::Write(std::string_view bytes) {
  if (on_pdu && bytes.find(kCtrlZ) != bytes.npos) {
    const auto call = on_pdu;  // which may forget it
    call();
  }
  trace_.Host(SinceStart(), name_, bytes);
  session_.Receive(bytes, Now());
}

}  // namespace smsweb::faults
