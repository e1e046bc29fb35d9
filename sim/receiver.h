// What a modem does with messages and reports that come from the network: told
// to the host or stored, as AT+CNMI wants it (3GPP TS 27.005 § 3.4.1), and
// acknowledged by the host where AT+CSMS=1 (§ 3.4.4).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/air.h"
#include "sim/modem_state.h"

namespace smsweb::sim {

class Receiver {
 public:
  // A host that has not acknowledged after that time has not: the network waits
  // no longer than TR2M (TS 24.011 § 10, 12 to 20 s).
  static constexpr Millis kPatience{15'000};

  // Both outlive the receiver.
  Receiver(ModemState& modem, Air& air) : modem_(modem), air_(air) {}

  // When there is something to do: for TakeDue().
  std::optional<MonoTime> deadline() const;

  // The unsolicited lines of what is due, each with its PDU.
  std::vector<std::string> TakeDue(const Instant& now);

  void Acknowledge(bool taken, const Instant& now);

  // The modem has lost its power: what was not acknowledged, was not.
  void Forget(const Instant& now);

 private:
  std::string_view name() const { return modem_.options.name; }
  bool CanTake() const { return modem_.on_network() && !pending_; }
  std::optional<std::string> Route(const Delivery& delivery,
                                   const Instant& now);
  std::optional<std::string> Store(const Delivery& delivery, bool tell,
                                   const Instant& now);
  std::string Tell(const Delivery& delivery, const Instant& now);
  void GiveUp(Receipt receipt, const Instant& now);

  ModemState& modem_;
  Air& air_;
  std::optional<Delivery> pending_;  // until AT+CNMA
  MonoTime pending_until_{};
};

}  // namespace smsweb::sim
