#include "sim/receiver.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/pdu/hex.h"
#include "sim/text_mode.h"

namespace smsweb::sim {
namespace {

// AT+CNMI=<mode>,<mt>,<bm>,<ds>,<bfr>.
constexpr std::size_t kMt = 1;
constexpr std::size_t kDs = 3;

// <mt> 2 tells all messages but those of class 2, which belong to the SIM; 3
// those of class 3 alone.
bool ToldAtOnce(const ModemState& modem, const Delivery& delivery) {
  if (delivery.kind == Delivery::Kind::kReport) {
    return modem.Setting("+CNMI", kDs) == 1;
  }
  switch (modem.Setting("+CNMI", kMt)) {
    case 2:
      return delivery.message_class != 2;
    case 3:
      return delivery.message_class == 3;
    default:
      return false;
  }
}

std::size_t TpduLength(const Delivery& delivery) {
  return delivery.octets.size() - 1 - delivery.octets.front();
}

}  // namespace

std::optional<MonoTime> Receiver::deadline() const {
  if (pending_) return pending_until_;
  return CanTake() ? air_.NextDelivery(name()) : std::nullopt;
}

std::vector<std::string> Receiver::TakeDue(const Instant& now) {
  std::vector<std::string> lines;
  if (pending_ && now.mono >= pending_until_) {
    GiveUp(Receipt::kUnacknowledged, now);
  }
  while (CanTake()) {
    const auto delivery = air_.TakeDelivery(name(), now);
    if (!delivery) break;
    if (auto line = Route(*delivery, now)) lines.push_back(std::move(*line));
  }
  return lines;
}

std::optional<std::string> Receiver::Route(const Delivery& delivery,
                                           const Instant& now) {
  if (ToldAtOnce(modem_, delivery)) return Tell(delivery, now);
  const bool report = delivery.kind == Delivery::Kind::kReport;
  return Store(delivery, modem_.Setting("+CNMI", report ? kDs : kMt) != 0, now);
}

std::optional<std::string> Receiver::Store(const Delivery& delivery, bool tell,
                                           const Instant& now) {
  const bool report = delivery.kind == Delivery::Kind::kReport;
  const auto where =
      report ? modem_.report_memory
             : static_cast<Memory::Name>(modem_.Setting("+CPMS", 2));
  const auto place = modem_.memories[where].Add(
      {StoredMessage::Status::kUnread, delivery.octets});
  const bool lost = report && !tell;  // nobody asked for it: it may be
  air_.Settle(name(), delivery,
              place || lost ? Receipt::kTaken : Receipt::kMemoryFull, now);
  if (!place || !tell) return std::nullopt;
  return fmt::format("{}: \"{}\",{}", report ? "+CDSI" : "+CMTI",
                     ToString(where), *place);
}

std::string Receiver::Tell(const Delivery& delivery, const Instant& now) {
  if (modem_.Setting("+CSMS") == 1) {
    pending_ = delivery;
    pending_until_ = now.mono + kPatience;
    modem_.awaits_ack = true;
  } else {
    air_.Settle(name(), delivery, Receipt::kTaken, now);
  }
  const bool report = delivery.kind == Delivery::Kind::kReport;
  if (modem_.text_mode()) {
    return (report ? "+CDS: " : "+CMT: ") + InTextMode(modem_, delivery.octets,
                                                       /*submitted=*/false,
                                                       ShownBy::kTold);
  }
  return fmt::format("{}{}\r\n{}", report ? "+CDS: " : "+CMT: ,",
                     TpduLength(delivery), ToHex(delivery.octets));
}

void Receiver::Acknowledge(bool taken, const Instant& now) {
  if (!pending_) return;
  modem_.awaits_ack = false;
  const Delivery delivery = *std::exchange(pending_, std::nullopt);
  air_.Settle(name(), delivery, taken ? Receipt::kTaken : Receipt::kRefused,
              now);
}

// The modem stops telling by itself (TS 27.005 § 3.4.4).
void Receiver::GiveUp(Receipt receipt, const Instant& now) {
  modem_.awaits_ack = false;
  SettingValues& routing = modem_.settings["+CNMI"];
  routing[kMt] = 0;
  routing[kDs] = 0;
  const Delivery delivery = *std::exchange(pending_, std::nullopt);
  air_.Settle(name(), delivery, receipt, now);
}

void Receiver::Forget(const Instant& now) {
  if (!pending_) return;
  modem_.awaits_ack = false;
  const Delivery delivery = *std::exchange(pending_, std::nullopt);
  air_.Settle(name(), delivery, Receipt::kUnacknowledged, now);
}

}  // namespace smsweb::sim
