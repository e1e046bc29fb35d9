// A simulated modem at a port, as the host finds it: it can be opened, read,
// written, and it can hang up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "faults/trace.h"
#include "sim/at_session.h"

namespace smsweb::faults {

// How the modems' bytes reach the host.
enum class Delivery {
  kWhole,
  kByteByByte,
  kInChunks,  // of random length, some a moment after the one before
};

class Port {
 public:
  Port(const std::string& name, sim::AtSession session, const Clock& clock,
       Trace& trace, Delivery delivery, std::uint32_t seed);

  const std::string& name() const { return name_; }
  // Where it can be opened; none: it is unplugged.
  std::optional<std::string> Place() const {
    return up_ ? std::optional(place_) : std::nullopt;
  }

  // How many messages and reports lie in a memory of it.
  int Stored(sim::Memory::Name memory) const { return session_.Stored(memory); }

  // Lets what is due happen. True if anything did.
  bool Turn();
  std::optional<MonoTime> Deadline() const;
  bool Readable() const;  // as poll() says it: bytes, or the end

  // The host's side. A line is of no more use once the port has hung up.
  int Open();
  void Close(int line);
  // What had arrived before the port hung up can still be read.
  bool CanRead(int line) const {
    return line == line_ && (up_ || !unread_.empty());
  }
  bool CanWrite(int line) const { return line == line_ && up_; }
  std::size_t Read(std::span<char> buffer);
  void Write(std::string_view bytes);
  // Set: called as the PDU of a message is about to be written.
  std::function<void()> on_pdu;
  // Set: once the host has read so many bytes more, the port hangs up for 5 s.
  std::optional<std::size_t> hangs_up_after;

 private:
  sim::Instant Now() const;
  std::size_t ChunkLength();
  void HangUp();
  void Happen(const sim::PortEvent& event);
  Millis SinceStart() const;

  const std::string name_;
  const Clock& clock_;
  Trace& trace_;
  const Delivery delivery_;
  const MonoTime start_;
  sim::AtSession session_;
  std::string place_;
  bool up_ = true;
  int line_ = 0;   // the one that is open; 0: none
  int lines_ = 0;  // ever opened
  std::string unread_;
  std::mt19937 random_;
  MonoTime next_chunk_{};
};

}  // namespace smsweb::faults
