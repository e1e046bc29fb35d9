#include "common/pdu/user_data_header.h"

#include <algorithm>
#include <array>

#include "common/pdu/decode_error.h"

namespace smsweb {
namespace {

// § 9.2.3.24
constexpr std::uint8_t kConcatenation8 = 0x00;
constexpr std::uint8_t kPorts8 = 0x04;
constexpr std::uint8_t kPorts16 = 0x05;
constexpr std::uint8_t kConcatenation16 = 0x08;
constexpr std::uint8_t kSingleShift = 0x24;
constexpr std::uint8_t kLockingShift = 0x25;

constexpr std::size_t kMaxHeader = 140;

std::uint8_t High(std::uint16_t value) {
  return static_cast<std::uint8_t>(value >> 8);
}
std::uint8_t Low(std::uint16_t value) {
  return static_cast<std::uint8_t>(value);
}
std::uint16_t Join(std::uint8_t high, std::uint8_t low) {
  return static_cast<std::uint16_t>(high << 8 | low);
}

std::optional<Concatenation> ReadConcatenation(const InformationElement& e) {
  std::optional<Concatenation> part;
  if (e.id == kConcatenation8 && e.data.size() == 3) {
    part = {e.data[0], e.data[1], e.data[2], false};
  } else if (e.id == kConcatenation16 && e.data.size() == 4) {
    part = {Join(e.data[0], e.data[1]), e.data[2], e.data[3], true};
  }
  if (part && (part->number == 0 || part->number > part->total)) return {};
  return part;
}

std::optional<Ports> ReadPorts(const InformationElement& e) {
  if (e.id == kPorts8 && e.data.size() == 2) {
    return Ports{e.data[0], e.data[1], false};
  }
  if (e.id == kPorts16 && e.data.size() == 4) {
    return Ports{Join(e.data[0], e.data[1]), Join(e.data[2], e.data[3]), true};
  }
  return std::nullopt;
}

void KeepLanguage(const InformationElement& element, std::uint8_t id,
                  Language& language) {
  if (element.id != id || element.data.size() != 1) return;
  language = LanguageOf(element.data[0]).value_or(Language::kDefault);
}

struct NamedElement {
  std::uint8_t id;
  std::string_view name;
};

constexpr auto kNames = std::to_array<NamedElement>({
    {kConcatenation8, "concatenation, 8-bit reference"},
    {0x01, "special message indication"},
    {kPorts8, "application ports, 8 bits"},
    {kPorts16, "application ports, 16 bits"},
    {0x06, "service centre control"},
    {0x07, "source of the header"},
    {kConcatenation16, "concatenation, 16-bit reference"},
    {0x09, "wireless control message"},
    {0x0A, "text formatting"},
    {0x0B, "predefined sound"},
    {0x0C, "user-defined sound"},
    {0x0D, "predefined animation"},
    {0x0E, "large animation"},
    {0x0F, "small animation"},
    {0x10, "large picture"},
    {0x11, "small picture"},
    {0x12, "variable picture"},
    {0x13, "user prompt indicator"},
    {0x14, "extended object"},
    {0x15, "reused extended object"},
    {0x16, "compression control"},
    {0x17, "object distribution indicator"},
    {0x18, "standard WVG object"},
    {0x19, "character size WVG object"},
    {0x1A, "extended object data request"},
    {0x20, "e-mail header"},
    {0x21, "hyperlink"},
    {0x22, "reply address"},
    {0x23, "enhanced voice mail"},
    {kSingleShift, "national language single shift"},
    {kLockingShift, "national language locking shift"},
});

}  // namespace

std::string_view ElementName(std::uint8_t id) {
  const auto* const found = std::ranges::find(kNames, id, &NamedElement::id);
  return found == kNames.end() ? "" : found->name;
}

InformationElement MakeElement(const Concatenation& part) {
  if (part.wide || part.reference > 0xFF) {
    return {
        kConcatenation16,
        {High(part.reference), Low(part.reference), part.total, part.number}};
  }
  return {kConcatenation8, {Low(part.reference), part.total, part.number}};
}

InformationElement MakeElement(const Ports& ports) {
  if (!ports.wide) {
    return {kPorts8, {Low(ports.destination), Low(ports.source)}};
  }
  return {kPorts16,
          {High(ports.destination), Low(ports.destination), High(ports.source),
           Low(ports.source)}};
}

InformationElement MakeLockingElement(Language language) {
  return {kLockingShift, {static_cast<std::uint8_t>(language)}};
}

InformationElement MakeSingleShiftElement(Language language) {
  return {kSingleShift, {static_cast<std::uint8_t>(language)}};
}

std::optional<Concatenation> FindConcatenation(const UserDataHeader& header) {
  std::optional<Concatenation> found;
  for (const auto& element : header) {
    if (const auto read = ReadConcatenation(element)) found = read;
  }
  return found;
}

std::optional<Ports> FindPorts(const UserDataHeader& header) {
  std::optional<Ports> found;
  for (const auto& element : header) {
    if (const auto read = ReadPorts(element)) found = read;
  }
  return found;
}

LanguageTables FindLanguages(const UserDataHeader& header) {
  LanguageTables tables;
  for (const auto& element : header) {
    KeepLanguage(element, kLockingShift, tables.locking);
    KeepLanguage(element, kSingleShift, tables.single);
  }
  return tables;
}

std::size_t SizeOf(const UserDataHeader& header) {
  if (header.empty()) return 0;
  std::size_t size = 1;
  for (const auto& element : header) size += 2 + element.data.size();
  return size;
}

Result<void> AppendHeader(const UserDataHeader& header,
                          std::vector<std::uint8_t>& octets) {
  if (header.empty()) return {};
  const std::size_t size = SizeOf(header);
  if (size > kMaxHeader) {  // so no element is too long for its length, either
    return Fail(ErrorKind::kInvalid, "the header does not fit into one part");
  }
  octets.push_back(static_cast<std::uint8_t>(size - 1));
  for (const auto& element : header) {
    octets.push_back(element.id);
    octets.push_back(static_cast<std::uint8_t>(element.data.size()));
    octets.insert(octets.end(), element.data.begin(), element.data.end());
  }
  return {};
}

Result<UserDataHeader> TakeHeader(OctetCursor& cursor) {
  const std::size_t start = cursor.position();
  const auto length = cursor.Take();
  if (!length) return CutShort(cursor, "the user data header");
  const auto octets = cursor.Take(*length);
  if (!octets) return CutShort(cursor, "the user data header");
  UserDataHeader header;
  OctetCursor elements(*octets);
  while (elements.remaining() > 0) {
    const auto id = elements.Take();
    const auto size = elements.Take();
    const auto data = size ? elements.Take(*size) : std::nullopt;
    if (!data) {
      return Fail(ErrorKind::kInvalid,
                  At(start + 1 + elements.position()) +
                      "an information element is cut short");
    }
    header.push_back({*id, {data->begin(), data->end()}});
  }
  return header;
}

}  // namespace smsweb
