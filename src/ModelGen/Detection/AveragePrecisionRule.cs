namespace ModelGen.Detection;

/// <summary>Which detections count as right, and how precision is averaged over recall.</summary>
public enum AveragePrecisionRule
{
    /// <summary>
    /// A detection takes, of the objects that no better one has taken, the one that it overlaps most. Precision, made to fall, at the 101
    /// recalls 0, 0.01, …, 1. As pycocotools' COCOeval for objects of all sizes, none of them crowds. Source: Lin et al. 2014, Microsoft
    /// COCO: common objects in context.
    /// </summary>
    Coco,

    /// <summary>
    /// A detection is for the object that it overlaps most, and wrong if a better one has that object. The area under precision, made to
    /// fall, over recall. As the development kits from 2010 on, but with boxes of continuous sides. Source: Everingham et al. 2015, The
    /// Pascal visual object classes challenge: a retrospective, §4.1.
    /// </summary>
    Voc,
}
