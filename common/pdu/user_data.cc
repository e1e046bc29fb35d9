#include "common/pdu/user_data.h"

#include <algorithm>
#include <span>
#include <utility>

#include "common/pdu/data_coding.h"
#include "common/pdu/decode_error.h"
#include "common/pdu/gsm7.h"

namespace smsweb {
namespace {

constexpr std::size_t kMaxUserData = 140;
constexpr std::size_t kMaxSeptets = 160;

// Septets that `octets` of header take, with its fill bits.
constexpr std::size_t SeptetsOf(std::size_t octets) {
  return (octets * 8 + 6) / 7;
}

Result<void> CheckFits(const UserData& data, bool septets) {
  const std::size_t header = SizeOf(data.header);
  const std::size_t size = data.units.size();
  const bool fits = septets ? SeptetsOf(header) + size <= kMaxSeptets
                            : header + size <= kMaxUserData;
  if (!fits) {
    return Fail(ErrorKind::kInvalid, "the text does not fit into one part");
  }
  if (data.Coding().alphabet == Alphabet::kUcs2 && size % 2 != 0) {
    return Fail(ErrorKind::kInvalid, "UCS-2 has two octets a code unit");
  }
  return {};
}

Result<void> TakeSeptets(OctetCursor& cursor, std::size_t length,
                         std::size_t header, UserData& data) {
  if (length < SeptetsOf(header)) {
    return Fail(ErrorKind::kInvalid,
                At(cursor.position()) + "the header is longer than the data");
  }
  const std::size_t count = length - SeptetsOf(header);
  const unsigned fill = FillBits(header);
  if (count == 0) {  // some leave out an octet that is nothing but fill bits
    cursor.Take(std::min(PackedSize(0, fill), cursor.remaining()));
    return {};
  }
  const auto octets = cursor.Take(PackedSize(count, fill));
  if (!octets) return CutShort(cursor, "the text");
  data.units = *UnpackSeptets(*octets, count, fill);
  return {};
}

Result<void> TakeOctets(OctetCursor& cursor, std::size_t length,
                        std::size_t header, UserData& data) {
  if (length < header) {
    return Fail(ErrorKind::kInvalid,
                At(cursor.position()) + "the header is longer than the data");
  }
  const auto octets = cursor.Take(length - header);
  if (!octets) return CutShort(cursor, "the text");
  data.units.assign(octets->begin(), octets->end());
  return {};
}

}  // namespace

TextCoding UserData::Coding() const {
  const DataCoding scheme = ReadDataCoding(data_coding);
  if (scheme.compressed) return {Alphabet::kData};
  if (scheme.alphabet != Alphabet::kGsm7) return {scheme.alphabet};
  const LanguageTables tables = FindLanguages(header);
  return {Alphabet::kGsm7, tables.locking, tables.single};
}

std::string UserData::Text() const { return DecodeText(Coding(), units); }

UserData MakeUserData(const TextCoding& coding, Segment segment,
                      const HeaderOptions& options,
                      std::optional<int> message_class) {
  UserData data{.data_coding = MakeDataCoding(coding.alphabet, message_class),
                .header = {},
                .units = std::move(segment.units)};
  if (options.place) data.header.push_back(MakeElement(*options.place));
  if (options.ports) data.header.push_back(MakeElement(*options.ports));
  if (coding.alphabet != Alphabet::kGsm7) return data;
  if (coding.single != Language::kDefault) {
    data.header.push_back(MakeSingleShiftElement(coding.single));
  }
  if (coding.locking != Language::kDefault) {
    data.header.push_back(MakeLockingElement(coding.locking));
  }
  return data;
}

Result<void> AppendUserData(const UserData& data,
                            std::vector<std::uint8_t>& octets) {
  const bool septets = CountsSeptets(data.data_coding);
  if (auto fits = CheckFits(data, septets); !fits) return fits;
  const std::size_t header = SizeOf(data.header);
  octets.push_back(static_cast<std::uint8_t>(
      (septets ? SeptetsOf(header) : header) + data.units.size()));
  if (auto put = AppendHeader(data.header, octets); !put) return put;
  if (!septets) {
    octets.insert(octets.end(), data.units.begin(), data.units.end());
    return {};
  }
  const auto packed = PackSeptets(data.units, FillBits(header));
  octets.insert(octets.end(), packed.begin(), packed.end());
  return {};
}

Result<UserData> TakeUserData(OctetCursor& cursor, std::uint8_t data_coding,
                              bool has_header) {
  const std::size_t at = cursor.position();
  const auto length = cursor.Take();
  if (!length) return CutShort(cursor, "the TPDU");
  const bool septets = CountsSeptets(data_coding);
  const std::size_t size = septets ? PackedSize(*length) : *length;
  if (size > kMaxUserData) {
    return Fail(ErrorKind::kInvalid, At(at) + "more than 140 octets of data");
  }
  UserData data{.data_coding = data_coding, .header = {}, .units = {}};
  const std::size_t start = cursor.position();
  if (has_header) {
    auto header = TakeHeader(cursor);
    if (!header) return std::unexpected(header.error());
    data.header = std::move(*header);
  }
  const std::size_t header = cursor.position() - start;
  const auto rest = septets ? TakeSeptets(cursor, *length, header, data)
                            : TakeOctets(cursor, *length, header, data);
  if (!rest) return std::unexpected(rest.error());
  return data;
}

}  // namespace smsweb
