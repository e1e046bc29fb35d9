#include "sim/inbound_pdus.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "common/pdu/address.h"
#include "common/pdu/gsm7.h"
#include "common/pdu/segment.h"

namespace smsweb::sim {
namespace {

constexpr std::uint8_t kDeliver = 0x04;       // and no more to come
constexpr std::uint8_t kStatusReport = 0x06;  // likewise
constexpr std::uint8_t kHasHeader = 0x40;     // TP-UDHI
constexpr std::uint8_t kDataCoding8Bit = 0x04;
constexpr std::uint8_t kDataCodingUcs2 = 0x08;
constexpr std::uint8_t kHasClass = 0x10;

std::uint8_t Swapped(int number) {
  return static_cast<std::uint8_t>(number / 10 | number % 10 << 4);
}

// TP-SCTS in UTC (TS 23.040 § 9.2.3.11).
void AppendTime(Seconds time, Octets& octets) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  const std::array<int, 7> fields = {
      static_cast<int>(date.year()) % 100,
      static_cast<int>(static_cast<unsigned>(date.month())),
      static_cast<int>(static_cast<unsigned>(date.day())),
      static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()),
      0};
  for (const int field : fields) octets.push_back(Swapped(field));
}

// Where a part belongs; how the host's application is reached (16-bit ports,
// § 9.2.3.24.4).
Octets Header(std::uint8_t reference, std::size_t total, std::size_t number,
              std::optional<int> port) {
  Octets header;
  if (total > 1) {
    header = {0x00, 3, reference, static_cast<std::uint8_t>(total),
              static_cast<std::uint8_t>(number)};
  }
  if (port) {
    const auto high = static_cast<std::uint8_t>(*port >> 8);
    const auto low = static_cast<std::uint8_t>(*port & 0xFF);
    header.insert(header.end(), {0x05, 4, high, low, high, low});
  }
  if (!header.empty()) {
    header.insert(header.begin(), static_cast<std::uint8_t>(header.size()));
  }
  return header;
}

struct Content {
  std::uint8_t data_coding = 0;
  std::vector<Octets> parts;  // units as in Segment
};

Result<Content> Cut(const Inbound& inbound) {
  Content content;
  if (inbound.port) {
    content = {kDataCoding8Bit, {inbound.data}};
  } else {
    auto cut = SegmentText(inbound.text);
    if (!cut) return std::unexpected(cut.error());
    if (cut->coding.alphabet == Alphabet::kUcs2) {
      content.data_coding = kDataCodingUcs2;
    }
    for (Segment& part : cut->parts) {
      content.parts.push_back(std::move(part.units));
    }
  }
  if (inbound.message_class) {
    content.data_coding = static_cast<std::uint8_t>(
        content.data_coding | kHasClass | *inbound.message_class);
  }
  return content;
}

void AppendUserData(const Content& content, const Octets& units,
                    const Octets& header, Octets& octets) {
  const bool septets = (content.data_coding & 0x0C) == 0;
  const unsigned fill = header.empty() ? 0 : FillBits(header.size());
  const std::size_t length = septets
                                 ? (header.size() * 8 + fill) / 7 + units.size()
                                 : header.size() + units.size();
  octets.push_back(static_cast<std::uint8_t>(length));
  octets.insert(octets.end(), header.begin(), header.end());
  const Octets packed = septets ? PackSeptets(units, fill) : units;
  octets.insert(octets.end(), packed.begin(), packed.end());
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
  std::vector<Octets> parts;
  for (const int number : order) {
    if (static_cast<std::size_t>(number) > total) {
      return Fail(ErrorKind::kInvalid,
                  fmt::format("part {} of {}", number, total));
    }
    const auto at = static_cast<std::size_t>(number);
    const Octets header =
        Header(static_cast<std::uint8_t>(inbound.reference.value_or(reference)),
               total, at, inbound.port);
    Octets octets;
    if (auto done = AppendSmsc(smsc, octets); !done) {
      return std::unexpected(done.error());
    }
    octets.push_back(header.empty() ? kDeliver : kDeliver | kHasHeader);
    if (auto done = AppendAddress(inbound.from, octets); !done) {
      return std::unexpected(done.error());
    }
    octets.push_back(0);  // TP-PID
    octets.push_back(content->data_coding);
    AppendTime(sent_at, octets);
    AppendUserData(*content, content->parts[at - 1], header, octets);
    parts.push_back(std::move(octets));
  }
  return parts;
}

Result<Octets> EncodeStatusReport(const StatusReport& report) {
  Octets octets;
  if (auto done = AppendSmsc(report.smsc, octets); !done) {
    return std::unexpected(done.error());
  }
  octets.push_back(kStatusReport);
  octets.push_back(report.reference);
  if (auto done = AppendAddress(report.recipient, octets); !done) {
    return std::unexpected(done.error());
  }
  AppendTime(report.sent_at, octets);
  AppendTime(report.discharged_at, octets);
  octets.push_back(report.status);
  return octets;
}

}  // namespace smsweb::sim
