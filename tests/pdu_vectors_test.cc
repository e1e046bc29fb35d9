// PDUs, packings and segmentations that other implementations agree on
// (tests/vectors/pdu.json names each one's source).
#include <fstream>
#include <nlohmann/json.hpp>

#include "catch.h"
#include "common/pdu/gsm7.h"
#include "common/pdu/submit.h"

namespace smsweb {
namespace {

using nlohmann::json;

json Vectors(const char* kind) {
  std::ifstream file(SMSWEB_VECTORS "/pdu.json");
  REQUIRE(file);
  return json::parse(file).at(kind);
}

Alphabet AlphabetOf(const json& row) {
  return row.at("alphabet") == "gsm7" ? Alphabet::kGsm7 : Alphabet::kUcs2;
}

std::vector<std::uint8_t> Octets(const json& row) {
  const auto prefix = row.at("has_smsc").get<bool>() ? "" : "00";
  return *FromHex(prefix + row.at("pdu").get<std::string>());
}

void CheckConcatenation(const Submit& read, const json& row) {
  REQUIRE(read.concatenation.has_value() == row.contains("concatenation"));
  if (!read.concatenation) return;
  const json& part = row.at("concatenation");
  CHECK(read.concatenation->reference == part.at("reference").get<int>());
  CHECK(read.concatenation->total == part.at("total").get<int>());
  CHECK(read.concatenation->number == part.at("number").get<int>());
}

void CheckFields(const Submit& read, const json& row) {
  CHECK(read.smsc.value_or("") == row.value("smsc", ""));
  CHECK(read.recipient == row.at("recipient").get<std::string>());
  CHECK(read.alphabet == AlphabetOf(row));
  CHECK(read.status_report == row.at("status_report").get<bool>());
  REQUIRE(read.validity.has_value() == row.contains("validity_minutes"));
  if (read.validity) {
    CHECK(*read.validity ==
          std::chrono::minutes(row.at("validity_minutes").get<int>()));
  }
  CheckConcatenation(read, row);
  if (row.contains("text")) {
    CHECK(DecodeText({read.alphabet}, read.segment.units) ==
          row.at("text").get<std::string>());
  }
}

TEST_CASE("Others' PDUs read as they say") {
  for (const json& row : Vectors("submit")) {
    CAPTURE(row.at("id").get<std::string>());
    const auto read = DecodeSubmit(Octets(row));
    REQUIRE(read);
    CheckFields(*read, row);
  }
}

TEST_CASE("Others' PDUs are written again octet for octet") {
  for (const json& row : Vectors("submit")) {
    if (!row.at("reproducible").get<bool>()) continue;
    CAPTURE(row.at("id").get<std::string>());
    const auto octets = Octets(row);
    const auto read = DecodeSubmit(octets);
    REQUIRE(read);
    const auto written = EncodeSubmit(*read);
    REQUIRE(written);
    CHECK(ToHex(written->octets) == ToHex(octets));
    CHECK(written->tpdu_length == row.at("tpdu_length").get<std::size_t>());
  }
}

TEST_CASE("Others' PDUs cut at any octet are refused") {
  for (const json& row : Vectors("submit")) {
    CAPTURE(row.at("id").get<std::string>());
    const auto octets = Octets(row);
    for (std::size_t size = 0; size < octets.size(); ++size) {
      const std::vector<std::uint8_t> cut(octets.begin(),
                                          octets.begin() + size);
      CHECK_FALSE(DecodeSubmit(cut));
    }
  }
}

TEST_CASE("Others' septets pack as they say") {
  for (const json& row : Vectors("packing")) {
    CAPTURE(row.at("source").get<std::string>());
    const auto septets = *FromHex(row.at("septets").get<std::string>());
    const auto fill = row.at("fill_bits").get<unsigned>();
    const auto packed = PackSeptets(septets, fill);
    CHECK(ToHex(packed) == row.at("packed").get<std::string>());
    CHECK(UnpackSeptets(packed, septets.size(), fill) == septets);
    if (row.contains("text")) {
      CHECK(Utf8ToGsm7(row.at("text").get<std::string>()) == septets);
    }
  }
}

TEST_CASE("Others' texts are cut where they cut them") {
  for (const json& row : Vectors("segmentation")) {
    CAPTURE(row.at("description").get<std::string>());
    const auto cut = SegmentText(row.at("text").get<std::string>());
    REQUIRE(cut);
    CHECK(cut->coding.alphabet == AlphabetOf(row));
    REQUIRE(cut->parts.size() == row.at("segments").get<std::size_t>());
    for (std::size_t i = 0; i < row.value("parts", json::array()).size(); ++i) {
      CHECK(DecodeText(cut->coding, cut->parts[i].units) ==
            row.at("parts")[i].get<std::string>());
    }
  }
}

}  // namespace
}  // namespace smsweb
