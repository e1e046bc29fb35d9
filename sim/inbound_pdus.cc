#include "sim/inbound_pdus.h"

#include <fmt/format.h>

#include <utility>

#include "common/pdu/data_coding.h"
#include "common/pdu/deliver.h"
#include "common/pdu/segment.h"
#include "common/pdu/status_report.h"

namespace smsweb::sim {
namespace {

struct Content {
  TextCoding coding;
  std::vector<Segment> parts;
};

Result<Content> Cut(const Inbound& inbound) {
  if (inbound.port) return Content{{Alphabet::kData}, {{inbound.data}}};
  auto cut = SegmentText(inbound.text);
  if (!cut) return std::unexpected(cut.error());
  return Content{cut->coding, std::move(cut->parts)};
}

HeaderOptions Header(const Inbound& inbound, std::uint8_t reference,
                     std::size_t total, std::size_t number) {
  HeaderOptions header;
  if (total > 1) {
    header.place = Concatenation{
        static_cast<std::uint8_t>(inbound.reference.value_or(reference)),
        static_cast<std::uint8_t>(total), static_cast<std::uint8_t>(number)};
  }
  if (inbound.port) {
    const auto port = static_cast<std::uint16_t>(*inbound.port);
    header.ports = Ports{port, port};
  }
  return header;
}

}  // namespace

Result<std::vector<Octets>> EncodeInbound(const Inbound& inbound,
                                          std::string_view smsc,
                                          std::uint8_t reference,
                                          Seconds sent_at) {
  if (!inbound.pdu.empty()) return std::vector<Octets>{inbound.pdu};
  const auto content = Cut(inbound);
  if (!content) return std::unexpected(content.error());
  const std::size_t total = content->parts.size();
  std::vector<int> order = inbound.parts;
  for (std::size_t i = 1; inbound.parts.empty() && i <= total; ++i) {
    order.push_back(static_cast<int>(i));
  }
  Deliver deliver;
  deliver.smsc = NumberAddress(smsc);
  deliver.sender = NumberAddress(inbound.from);
  deliver.sent_at = MakeTimestamp(sent_at);
  std::vector<Octets> parts;
  for (const int number : order) {
    if (static_cast<std::size_t>(number) > total) {
      return Fail(ErrorKind::kInvalid,
                  fmt::format("part {} of {}", number, total));
    }
    const auto at = static_cast<std::size_t>(number);
    deliver.data = MakeUserData(content->coding, content->parts[at - 1],
                                Header(inbound, reference, total, at),
                                inbound.message_class);
    auto pdu = EncodeDeliver(deliver);
    if (!pdu) return std::unexpected(pdu.error());
    parts.push_back(std::move(pdu->octets));
  }
  return parts;
}

Result<Octets> EncodeStatusReport(const StatusReport& report) {
  auto pdu = smsweb::EncodeStatusReport(
      {.smsc = NumberAddress(report.smsc),
       .message_reference = report.reference,
       .recipient = NumberAddress(report.recipient),
       .sent_at = MakeTimestamp(report.sent_at),
       .discharged_at = MakeTimestamp(report.discharged_at),
       .status = report.status});
  if (!pdu) return std::unexpected(pdu.error());
  return std::move(pdu->octets);
}

}  // namespace smsweb::sim
