/* SPDX-License-Identifier: MIT */
#include "io/foreign.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/little_endian.h"
#include "io/text.h"

#define IN_NUMPY "; in Python, np.save('out.npy', "
#define WRITES ") makes a .npy file of it"
#define DECOMPRESS(tool) "; '" tool " FILE | vulkan-compute … --embeddings -' reads it"

static const struct {
	const char *mark;
	size_t length;
	const char *what;
} marks[] = {
#define MARK(mark) mark, sizeof(mark) - 1
	{MARK("\x1f\x8b"), "compressed by gzip" DECOMPRESS("gzip -dc")},
	{MARK("\x28\xb5\x2f\xfd"), "compressed by zstd" DECOMPRESS("zstd -dc")},
	{MARK("\xfd\x37zXZ"), "compressed by xz" DECOMPRESS("xz -dc")},
	{MARK("BZh"), "compressed by bzip2" DECOMPRESS("bzip2 -dc")},
	{MARK("PAR1"), "a Parquet file" IN_NUMPY
                   "np.stack(pd.read_parquet('FILE')['embedding'])" WRITES},
	{MARK("ARROW1"), "an Arrow (Feather) file" IN_NUMPY
                     "np.stack(pd.read_feather('FILE')['embedding'])" WRITES},
	{MARK("\x89HDF\r\n\x1a\n"), "an HDF5 file" IN_NUMPY "h5py.File('FILE')['NAME'][:]" WRITES},
	{MARK("SQLite format 3"), "an SQLite database, not embeddings"},
	{MARK("GGUF"), "a GGUF model, not embeddings"},
	{MARK("version https://git-lfs"),
     "a pointer of Git LFS to a file that is not here; 'git lfs pull' fetches it"},
	{MARK("<"), "HTML or XML, perhaps the page of a download that failed, not embeddings"},
	{MARK("IxF"), "a Faiss index" IN_NUMPY
                  "index.reconstruct_n(0, index.ntotal)" WRITES},
#undef MARK
};

static bool begins_with(const unsigned char *bytes, size_t length, const char *mark, size_t size)
{
	return length >= size && memcmp(bytes, mark, size) == 0;
}

/* The name of the first file in the archive tells what it is. */
static const char *zip_archive(const unsigned char *bytes, size_t length)
{
	static const char numpy[] = ".npy", torch[] = "data.pkl";
	const unsigned char *name = bytes + 30;
	size_t size;

	if (!begins_with(bytes, length, "PK\3\4", 4) && !begins_with(bytes, length, "PK\5\6", 4))
		return NULL;
	size = length < 30 ? 0 : (size_t)(bytes[26] | bytes[27] << 8);
	if (size > 0 && size <= length - 30) {
		if (size >= strlen(numpy) &&
		    memcmp(name + size - strlen(numpy), numpy, strlen(numpy)) == 0)
			return "a .npz archive of NumPy" IN_NUMPY "np.load('FILE')['arr_0']" WRITES
				   " (np.load('FILE').files lists the names)";
		if (memmem(name, size, torch, strlen(torch)))
			return "a file of torch.save()" IN_NUMPY
				   "torch.load('FILE', map_location='cpu').float().numpy()" WRITES;
	}
	return "a zip archive, such as .npz or .xlsx, which has to be unpacked first";
}

/* The length of a JSON header, then the header. */
static bool is_safetensors(const unsigned char *bytes, size_t length)
{
	uint64_t header;

	if (length < 10)
		return false;
	header = little_u64(bytes);
	return header >= 2 && header <= length - 8 && bytes[8] == '{' &&
	       (bytes[9] == '"' || bytes[9] == '}') &&
	       (bytes[8 + header - 1] == '}' || bytes[8 + header - 1] == ' ');
}

static bool is_pickle(const unsigned char *bytes, size_t length)
{
	return length >= 3 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5 &&
	       bytes[length - 1] == '.';
}

const char *foreign_contents(const unsigned char *bytes, size_t length)
{
	const char *zip = zip_archive(bytes, length);
	size_t i;

	if (zip)
		return zip;
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (begins_with(bytes, length, marks[i].mark, marks[i].length))
			return marks[i].what;
	if (is_safetensors(bytes, length))
		return "a .safetensors file" IN_NUMPY
			   "safetensors.torch.load_file('FILE')['NAME'].float().numpy()" WRITES;
	if (is_pickle(bytes, length))
		return "a pickle of Python" IN_NUMPY "np.stack(pickle.load(open('FILE', 'rb')))" WRITES;
	return foreign_encoding(bytes, length);
}

#define ENCODED(encoding) \
	"text in " encoding " where UTF-8 was expected; 'iconv -f " encoding " -t UTF-8 FILE' " \
	"converts it"

/* Looks for a byte order mark, or for JSON with a zero in every other byte. */
const char *foreign_encoding(const unsigned char *bytes, size_t length)
{
	if (length < 4)
		return NULL;
	if (memcmp(bytes, "\xff\xfe\0\0", 4) == 0 || memcmp(bytes, "\0\0\xfe\xff", 4) == 0)
		return ENCODED("UTF-32");
	if (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0)
		return ENCODED("UTF-16");
	if ((bytes[0] == '[' || bytes[0] == '{') && !bytes[1] && bytes[2] && !bytes[3])
		return ENCODED("UTF-16LE");
	if (!bytes[0] && (bytes[1] == '[' || bytes[1] == '{') && !bytes[2] && bytes[3])
		return ENCODED("UTF-16BE");
	return NULL;
}

const char *foreign_text(const unsigned char *bytes, size_t length)
{
	size_t max = length < 4096 ? length : 4096, i, spaces = 0;

	for (i = text_mark_length(bytes, length); i < max; i++) {
		bool space = text_is_space((char)bytes[i]);

		if ((bytes[i] < ' ' && !space) || bytes[i] == 0x7f)
			return NULL;
		spaces += space;
	}
	if (spaces == max - text_mark_length(bytes, length))
		return "nothing but white space where embeddings were expected";
	return "text, but not JSON; in Python, np.save('out.npy', np.loadtxt('FILE')) makes a .npy "
		   "file of lines of numbers (with delimiter=',' of CSV)";
}

const char *foreign_ending(const char *ending)
{
	static const struct {
		const char *ending, *what;
	} endings[] = {
		{"ivecs", "a .ivecs file, integers such as the numbers of nearest neighbours, where "
	              "embeddings were expected"},
		{"bvecs", "a .bvecs file, bytes where floats were expected; in Python, x = "
	              "np.fromfile('FILE', 'u1'), then np.save('out.npy', x.reshape(-1, 4 + "
	              "x[:4].view('<i4')[0])[:, 4:].astype('f4')) writes them"},
		{"ibin", "a .ibin file, integers such as the numbers of nearest neighbours, where "
	             "embeddings were expected"},
		{"u8bin", "a .u8bin file, bytes where floats were expected; in Python, "
	              "np.save('out.npy', np.fromfile('FILE', 'u1', offset=8).reshape("
	              "np.fromfile('FILE', '<u4', 2)).astype('f4')) writes them"},
		{"i8bin", "a .i8bin file, bytes where floats were expected; in Python, "
	              "np.save('out.npy', np.fromfile('FILE', 'i1', offset=8).reshape("
	              "np.fromfile('FILE', '<u4', 2)).astype('f4')) writes them"},
	};
	size_t i;

	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (strcasecmp(ending, endings[i].ending) == 0)
			return endings[i].what;
	return NULL;
}
